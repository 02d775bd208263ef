package io.fluxo.program;

/** Which instructions a backend can run as one kernel. */
public interface Reach {

    /** Whether something may follow on parts of rows of so many columns. */
    boolean followsOn(int columns);

    /** Whether {@code product} finishes whole rows, as a norm needs them, and not columns in turn. */
    boolean finishesWholeRows(Instruction product);
}
