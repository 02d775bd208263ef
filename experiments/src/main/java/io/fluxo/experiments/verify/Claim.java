package io.fluxo.experiments.verify;

import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;

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
 * @param subjects   what it speaks of; skipped of a block that has one of these otherwise
 */
public record Claim(String id, String statement, Scope scope, String domain, String quantifier, List<String> methods, Verdict expected,
                    Check check, List<Topic> subjects) {

    public Claim {
        methods = List.copyOf(methods);
        subjects = List.copyOf(subjects);
    }

    /** A claim that speaks of nothing that a block could have otherwise. */
    public Claim(String id, String statement, Scope scope, String domain, String quantifier, List<String> methods, Verdict expected, Check check) {
        this(id, statement, scope, domain, quantifier, methods, expected, check, List.of());
    }

    /** The same claim, which speaks of these. */
    public Claim of(Topic... some) {
        return new Claim(id, statement, scope, domain, quantifier, methods, expected, check, List.of(some));
    }

    /** Why there is nothing to check of {@code candidate}; empty where there is. */
    public Optional<String> inapplicable(Candidate candidate) {
        if (!scope.covers(candidate.equations())) {
            return Optional.of(Text.format("speaks of the %s block; %s is of another design", scope == Scope.POST ? "post-norm" : "pre-norm", candidate.name()));
        }
        return subjects.stream().flatMap(subject -> candidate.departure(subject).stream()).findFirst();
    }

    /** The class that decides it. */
    public Class<?> code() {
        Class<?> written = check.getClass();
        return written.getEnclosingClass() == null ? written : written.getEnclosingClass();
    }
}
