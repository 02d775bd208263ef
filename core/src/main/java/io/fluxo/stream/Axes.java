package io.fluxo.stream;

/** Where positions stand among the axes of a value. */
final class Axes {

    private Axes() {}

    /** Whether the value holds a number for each query and key: [batch head query key]. */
    static boolean betweenTokens(HookPoint point) {
        return point.name().endsWith("hook_pattern") || point.name().endsWith("hook_attn_scores");
    }

    /** The axis of positions, of queries where there are keys too. A value of two axes has no batch: [pos d_model]. */
    static int positions(HookPoint point, int rank) {
        return betweenTokens(point) ? 2 : rank == 2 ? 0 : 1;
    }
}
