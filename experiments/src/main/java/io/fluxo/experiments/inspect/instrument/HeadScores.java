package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.random.RandomKey;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * What kind of head each is (Elhage et al. 2021; Olsson et al. 2022), on random tokens that are repeated once: the mean attention, over the second half, to the token
 * before, to the same token's first occurrence, and to the token that followed it there.
 *
 * @param heads in the order of the pass
 */
public record HeadScores(List<Head> heads) {

    /**
     * Scores of one head, each in [0, 1].
     *
     * @param previous  attention to position i − 1
     * @param duplicate attention to position i − T, where the same token stands
     * @param induction attention to position i − T + 1, which holds what follows
     */
    public record Head(int layer, int head, double previous, double duplicate, double induction) {}

    /**
     * @param vocabulary tokens are drawn from all ids below it
     * @param length     T, tokens before they are repeated; 2T is within the model's context
     */
    public static HeadScores of(Inspected subject, int vocabulary, int length, long seed) {
        RandomKey key = RandomKey.of(seed).split("repeated tokens");
        int[] once = IntStream.range(0, length).map(i -> key.below(vocabulary, i)).toArray();
        int[] twice = IntStream.concat(Arrays.stream(once), Arrays.stream(once)).toArray();
        return of(AttentionPatterns.of(subject, twice), length);
    }

    static HeadScores of(AttentionPatterns patterns, int length) {
        return new HeadScores(patterns.heads().stream().map(head -> new Head(head.layer(), head.head(), mean(head.pattern(), length, i -> i - 1),
                mean(head.pattern(), length, i -> i - length), mean(head.pattern(), length, i -> i - length + 1))).toList());
    }

    private static double mean(double[][] pattern, int length, IntUnaryOperator key) {
        return IntStream.range(length, 2 * length).mapToDouble(i -> pattern[i][key.applyAsInt(i)]).average().orElseThrow();
    }
}
