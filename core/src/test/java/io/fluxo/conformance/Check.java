package io.fluxo.conformance;

import java.util.function.Consumer;

/**
 * One thing that every backend must get right: a method that throws where one does not, so that the suite can be tested by faulty backends.
 *
 * @param subject what is under test; checks of one subject are reported together
 * @param name    what is checked
 * @param body    the check; its tensors are freed afterwards
 */
public record Check(String subject, String name, Consumer<Bench> body) {

    /** A check that stands for itself. */
    Check(String name, Consumer<Bench> body) {
        this(name, name, body);
    }

    /** Throws where {@code bench}'s backend fails. */
    public void run(Bench bench) {
        try (var _ = bench.backend().openScope()) {
            body.accept(bench);
        }
    }
}
