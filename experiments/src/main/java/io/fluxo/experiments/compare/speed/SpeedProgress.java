package io.fluxo.experiments.compare.speed;

/** Told what is going on. */
@FunctionalInterface
public interface SpeedProgress {

    SpeedProgress NONE = (_, _) -> {};

    /**
     * @param what  what begins now: {@code speed/matMul/forward/512x512x512}, {@code warm-up: …} or {@code the machine's peak}
     * @param share of the cases that is done, from 0 to 1
     */
    void at(String what, double share);
}
