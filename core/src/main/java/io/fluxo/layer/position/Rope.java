package io.fluxo.layer.position;

import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Queries and keys are turned: {@code rope}, or {@code {kind: rope, scaling: llama3, factor: 8, original_n_ctx: 8192}}. */
public record Rope(RopeScaling scaling) implements PositionKind {

    public enum Kind { NONE, LINEAR, LLAMA3, YARN }

    public static final Key<Kind> SCALING = Key.of("scaling", Type.label(Kind.class), Kind.NONE, "how rotations are slowed down for longer sequences");

    public static final Key<Double> FACTOR = Key.of("factor", Type.real(Range.POSITIVE), 1.0, "by how much wavelengths are stretched");

    public static final Key<Integer> ORIGINAL_N_CTX = Key.of("original_n_ctx", Type.whole(0), 0,
            "longest sequence before the stretching, where scaling is llama3 or yarn");

    public static final Key<Double> LOW_FREQ_FACTOR = Key.of("low_freq_factor", Type.real(Range.POSITIVE), 1.0,
            "turns in original_n_ctx below which the whole factor acts, where scaling is llama3");

    public static final Key<Double> HIGH_FREQ_FACTOR = Key.of("high_freq_factor", Type.real(Range.POSITIVE), 4.0,
            "turns in original_n_ctx above which nothing is stretched, where scaling is llama3");

    public static final Key<Double> BETA_FAST = Key.of("beta_fast", Type.real(Range.POSITIVE), 32.0,
            "turns in original_n_ctx above which nothing is stretched, where scaling is yarn");

    public static final Key<Double> BETA_SLOW = Key.of("beta_slow", Type.real(Range.POSITIVE), 1.0,
            "turns in original_n_ctx below which the whole factor acts, where scaling is yarn");

    public static final Key<Boolean> TRUNCATE = Key.of("truncate", Type.truth(), true,
            "whether these bounds are rounded to whole pairs of features, where scaling is yarn");

    public static final Key<Double> ATTENTION_FACTOR = Key.of("attention_factor", Type.real(Range.NOT_NEGATIVE), 0.0,
            "factor on queries and keys, where scaling is yarn; 0 stands for 0.1·ln factor + 1");

    private static final List<Key<?>> KEYS = List.of(SCALING, FACTOR, ORIGINAL_N_CTX, LOW_FREQ_FACTOR, HIGH_FREQ_FACTOR, BETA_FAST, BETA_SLOW, TRUNCATE,
            ATTENTION_FACTOR);

    private static final Map<Kind, List<Key<?>>> READ = new EnumMap<>(Map.of(
            Kind.NONE, List.of(SCALING),
            Kind.LINEAR, List.of(SCALING, FACTOR),
            Kind.LLAMA3, List.of(SCALING, FACTOR, ORIGINAL_N_CTX, LOW_FREQ_FACTOR, HIGH_FREQ_FACTOR),
            Kind.YARN, List.of(SCALING, FACTOR, ORIGINAL_N_CTX, BETA_FAST, BETA_SLOW, TRUNCATE, ATTENTION_FACTOR)));

    @Override
    public List<Key<?>> keys() {
        return KEYS;
    }

    @Override
    public PositionKind with(OwnSettings own) {
        Kind kind = own.get(SCALING);
        KEYS.stream().filter(key -> !READ.get(kind).contains(key) && !own.get(key).equals(key.standard())).findFirst().ifPresent(idle -> {
            throw new IllegalArgumentException(Text.format("does not read %s: with scaling: %s it reads %s", idle, Values.label(kind), READ.get(kind)));
        });
        if (READ.get(kind).contains(ORIGINAL_N_CTX) && own.get(ORIGINAL_N_CTX) == 0) {
            throw new IllegalArgumentException(Text.format("needs original_n_ctx, the longest sequence before the stretching, with scaling: %s", Values.label(kind)));
        }
        return new Rope(switch (kind) {
            case NONE -> new RopeScaling.None();
            case LINEAR -> new RopeScaling.Linear(own.get(FACTOR));
            case LLAMA3 -> llama3(own);
            case YARN -> yarn(own);
        });
    }

    private static RopeScaling llama3(OwnSettings own) {
        if (own.get(HIGH_FREQ_FACTOR) <= own.get(LOW_FREQ_FACTOR)) {
            throw new IllegalArgumentException(Text.format("needs high_freq_factor above low_freq_factor, and they are %s and %s", own.get(HIGH_FREQ_FACTOR),
                    own.get(LOW_FREQ_FACTOR)));
        }
        return new RopeScaling.Llama3(own.get(FACTOR), own.get(LOW_FREQ_FACTOR), own.get(HIGH_FREQ_FACTOR), own.get(ORIGINAL_N_CTX));
    }

    private static RopeScaling yarn(OwnSettings own) {
        if (own.get(BETA_FAST) <= own.get(BETA_SLOW)) {
            throw new IllegalArgumentException(Text.format("needs beta_fast above beta_slow, and they are %s and %s", own.get(BETA_FAST), own.get(BETA_SLOW)));
        }
        double length = own.get(ATTENTION_FACTOR) > 0 ? own.get(ATTENTION_FACTOR) : yarnLength(own.get(FACTOR));
        return new RopeScaling.Yarn(own.get(FACTOR), own.get(BETA_FAST), own.get(BETA_SLOW), own.get(ORIGINAL_N_CTX), own.get(TRUNCATE), length);
    }

    /** Peng et al. 2023, equation 22. */
    private static double yarnLength(double factor) {
        return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    }

    @Override
    public ScorePositions scores(double theta, Pairs pairs) {
        return new Rotation(theta, pairs, scaling);
    }

    @Override
    public PositionTraits traits() {
        return PositionTraits.TURNED;
    }
}
