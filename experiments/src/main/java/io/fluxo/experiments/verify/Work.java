package io.fluxo.experiments.verify;

import java.util.function.Function;

/** Adds up what is done of a verification, from several threads. */
final class Work {

    private final VerificationProgress progress;
    private final double all;
    private double done;

    /** @param all seconds that all checks take, roughly */
    Work(VerificationProgress progress, double all) {
        this.progress = progress;
        this.all = all;
    }

    /** Carries out a check of {@code claim} with {@code apparatus}, which then tells how far it is. */
    <T> T of(Claim claim, Apparatus apparatus, Function<Apparatus, T> check) {
        double[] counted = new double[1];
        try {
            return check.apply(apparatus.telling(share -> add(claim, counted, share)));
        } finally {
            add(claim, counted, 1);
        }
    }

    private synchronized void add(Claim claim, double[] counted, double share) {
        double seconds = claim.seconds() * Math.min(1, share);
        done += Math.max(0, seconds - counted[0]);
        counted[0] = Math.max(seconds, counted[0]);
        progress.at(claim.id(), Math.min(1, done / all));
    }
}
