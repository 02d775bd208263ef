package io.fluxo.experiments.verify;

import java.util.List;

/**
 * One statement of the chapter, made executable.
 *
 * @param id         what users call it
 * @param statement  what it says, in English
 * @param scope      which blocks it is about
 * @param domain     for which sizes, inputs and weights it is claimed
 * @param quantifier over what: {@code for all …}, {@code there is …}
 * @param methods    how it is decided
 * @param expected   the verdict that Fluxo stands by
 * @param check      decides it
 */
public record Claim(String id, String statement, Scope scope, String domain, String quantifier, List<String> methods, Verdict expected,
                    Check check) {

    public Claim {
        methods = List.copyOf(methods);
    }

    /** The class that decides it. */
    public Class<?> code() {
        Class<?> written = check.getClass();
        return written.getEnclosingClass() == null ? written : written.getEnclosingClass();
    }
}
