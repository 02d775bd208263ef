package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.random.RandomKey;
import java.util.List;
import java.util.stream.IntStream;

/** One random case of a claim: its sizes and its values come out of its key. */
public record Trial(RandomKey key) {

    /** As many as the user asked for, and no more than {@code most}. */
    public static List<Trial> of(Apparatus apparatus, String claim, int most) {
        RandomKey key = RandomKey.of(apparatus.seed()).split(claim);
        return IntStream.range(0, Math.min(most, apparatus.trials())).mapToObj(i -> new Trial(key.split(i))).toList();
    }

    /** A whole number from {@code low} to {@code high}, both included. */
    public int between(String what, int low, int high) {
        return low + key.split(what).below(high - low + 1, 0);
    }

    /** A number from {@code low} to {@code high}. */
    public double real(String what, double low, double high) {
        return low + (high - low) * key.split(what).uniform(0);
    }
}
