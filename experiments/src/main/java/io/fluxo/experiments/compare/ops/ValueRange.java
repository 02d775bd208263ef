package io.fluxo.experiments.compare.ops;

import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** Ranges of values in which implementations differ. All numbers are of F32, so that each type is given the same. */
enum ValueRange {

    ORDINARY {
        @Override
        double at(RandomKey key, int i) {
            return key.normal(i);
        }
    },

    TINY {
        @Override
        double at(RandomKey key, int i) {
            return key.normal(i) * 1e-30;
        }
    },

    HUGE {
        @Override
        double at(RandomKey key, int i) {
            return key.normal(i) * 1e15;
        }
    },

    DENORMAL {
        @Override
        double at(RandomKey key, int i) {
            return key.normal(i) * 1e-40;
        }
    },

    /** ±0, ±∞, NaN and ordinary numbers between them. */
    SPECIAL {
        private static final double[] VALUES = {0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1, -1};

        @Override
        double at(RandomKey key, int i) {
            int drawn = key.below(3 * VALUES.length, i);
            return drawn < VALUES.length ? VALUES[drawn] : key.split("ordinary").normal(i);
        }
    },

    /** Few different values. */
    TIES {
        @Override
        double at(RandomKey key, int i) {
            return key.below(3, i) - 1;
        }
    },

    /** Pairs that add up to little. */
    CANCELLATION {
        @Override
        double at(RandomKey key, int i) {
            double half = key.normal(i / 2) * 1000;
            return i % 2 == 0 ? half : -half * (1 + 1e-6 * key.uniform(i));
        }
    },

    /** A small variance at a large mean. */
    SMALL_VARIANCE {
        @Override
        double at(RandomKey key, int i) {
            return 1000 + key.normal(i) * 0.01;
        }
    };

    abstract double at(RandomKey key, int i);

    /** F64 numbers that F32 holds. */
    HostArray draw(String name, int... sizes) {
        RandomKey key = RandomKey.of(3).split(name).split(name());
        return array(i -> at(key, i), sizes);
    }

    /** The same without a sign. */
    HostArray positive(String name, int... sizes) {
        RandomKey key = RandomKey.of(3).split(name).split(name());
        return array(i -> Math.abs(at(key, i)), sizes);
    }

    private static HostArray array(IntToDoubleFunction at, int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) at.applyAsDouble(i);
        }
        return HostArray.of(shape, values);
    }

    /** For messages: {@code small variance}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
