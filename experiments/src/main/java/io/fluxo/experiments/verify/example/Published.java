package io.fluxo.experiments.verify.example;

import java.util.List;
import java.util.Map;

/** The chapter's worked example as it is printed: three tokens of width four, of which the second is followed. */
public final class Published {

    private Published() {}

    public static final int TOKENS = 3;

    /** The token that is followed, from 0. */
    public static final int TOKEN = 1;

    public static final double[] X = {1.0, 0.5, -0.2, 0.8};
    public static final double[] T1 = {0.2, -0.1, 0.3, 0.1};
    public static final double[] T2 = {1.2, 0.4, 0.1, 0.9};
    public static final double[] T3 = {0.8, -0.2, 0.5, 0.2};
    public static final double[] T4 = {0.1, -0.4, 0.2, -0.1};
    public static final double[] T5 = {0.9, -0.6, 0.7, 0.1};
    public static final double[] H = {0.3, -0.9, 0.5, 0.3};

    /** In the order of the equations. */
    public static final List<String> SYMBOLS = List.of("x", "t1", "t2", "t3", "t4", "t5", "h");

    private static final Map<String, double[]> VALUES = Map.of("x", X, "t1", T1, "t2", T2, "t3", T3, "t4", T4, "t5", T5, "h", H);

    public static double[] value(String symbol) {
        return VALUES.get(symbol).clone();
    }
}
