package io.fluxo.train;

import io.fluxo.text.Text;
import java.util.Arrays;

/**
 * What a model is shown in one step: sequences of tokens, and at each position the token that is asked for.
 *
 * @param rows     number of sequences, all of one length
 * @param channels ids at each position, whose embeddings are added up; 1 for plain text
 * @param tokens   ids [rows length channels], row-major
 * @param targets  ids [rows length]; {@link #NOTHING} where nothing is asked
 */
public record Examples(int rows, int channels, int[] tokens, int[] targets) {

    /** In place of a target: the position counts neither for loss nor for accuracy. */
    public static final int NOTHING = -1;

    public Examples {
        if (rows < 1 || channels < 1 || targets.length % rows != 0 || tokens.length != targets.length * channels) {
            throw new IllegalArgumentException(Text.format("%d sequences of %d targets with %d ids in %d channels", rows, targets.length, tokens.length, channels));
        }
    }

    /** Windows of text, one after the other: each token's target is its successor. */
    public static Examples successors(int[] windows, int rows) {
        int window = windows.length / rows;
        int length = window - 1;
        int[] tokens = new int[rows * length];
        int[] targets = new int[rows * length];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(windows, row * window, tokens, row * length, length);
            System.arraycopy(windows, row * window + 1, targets, row * length, length);
        }
        return new Examples(rows, 1, tokens, targets);
    }

    /** Positions of one sequence. */
    public int length() {
        return targets.length / rows;
    }

    /** Positions at which something is asked. */
    public int asked() {
        return (int) Arrays.stream(targets).filter(target -> target != NOTHING).count();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Examples(int otherRows, int otherChannels, int[] otherTokens, int[] otherTargets) && rows == otherRows
                && channels == otherChannels && Arrays.equals(tokens, otherTokens) && Arrays.equals(targets, otherTargets);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(targets);
    }
}
