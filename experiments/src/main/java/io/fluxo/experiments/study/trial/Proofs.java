package io.fluxo.experiments.study.trial;

import java.util.List;

/**
 * What was proved of a trial.
 *
 * @param proved    sentences that were proved of the program that it trained
 * @param notProved sentences that were to be proved and were not, each with the reason
 */
public record Proofs(List<String> proved, List<String> notProved) {

    public static final Proofs NONE = new Proofs(List.of(), List.of());

    public Proofs {
        proved = List.copyOf(proved);
        notProved = List.copyOf(notProved);
    }
}
