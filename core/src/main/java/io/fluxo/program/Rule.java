package io.fluxo.program;

/** Rewrites a program into one that computes the same values, element by element in the same way. */
@FunctionalInterface
public interface Rule {

    Program rewrite(Program program);
}
