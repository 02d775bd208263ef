package io.fluxo.stream;

/** Where positions stand among the axes of a value. */
final class Axes {

    private Axes() {}

    /**
     * Whether the value holds a number for each query and key, [batch head query key]: scores and patterns, by TransformerLens's names and those that begin with them
     * ({@code hook_pattern_1}).
     */
    static boolean betweenTokens(HookPoint point) {
        String name = point.name().substring(point.name().lastIndexOf('.') + 1);
        return name.startsWith("hook_pattern") || name.startsWith("hook_attn_scores");
    }

    /** The axis of positions, of queries where there are keys too. A value of two axes has no batch: [pos d_model]. */
    static int positions(HookPoint point, int rank) {
        return betweenTokens(point) ? 2 : rank == 2 ? 0 : 1;
    }
}
