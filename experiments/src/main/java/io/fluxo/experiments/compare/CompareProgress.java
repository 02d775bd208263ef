package io.fluxo.experiments.compare;

/** Is told how far a comparison is. */
@FunctionalInterface
public interface CompareProgress {

    CompareProgress NONE = (_, _, _) -> {};

    /**
     * @param what {@code ops, simd f32}
     * @param done of {@code all}
     */
    void at(String what, int done, int all);
}
