package io.fluxo.experiments.compare.speed;

import java.util.List;

/** Runs several things in turn, a b a b …, so that a machine that drifts drifts for all. */
final class Alternation {

    private Alternation() {}

    /**
     * @param runs how often {@code body} is run; where that is less often than the others, its runs are spread evenly among theirs
     */
    record Turn(int runs, Runnable body) {}

    static void run(List<Turn> turns) {
        int most = turns.stream().mapToInt(Turn::runs).max().orElse(0);
        for (long round = 0; round < most; round++) {
            for (Turn turn : turns) {
                if ((round + 1) * turn.runs / most > round * turn.runs / most) {
                    turn.body.run();
                }
            }
        }
    }
}
