package io.fluxo.layer.position;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.Tensor;

/** How the frequencies of rotary positions are changed, so that a model serves longer sequences than it was first trained on. */
public sealed interface RopeScaling {

    /**
     * @param frequency [n m]: θ^(−column/m), radians for each position
     * @return the same as it is used
     */
    Tensor frequency(Pass pass, Tensor frequency, double theta);

    /** Factor on sines and cosines. */
    default double length() {
        return 1;
    }

    /** As they are. */
    record None() implements RopeScaling {
        @Override
        public Tensor frequency(Pass pass, Tensor frequency, double theta) {
            return frequency;
        }
    }

    /** All divided by {@code factor} (Chen et al. 2023). */
    record Linear(double factor) implements RopeScaling {
        @Override
        public Tensor frequency(Pass pass, Tensor frequency, double theta) {
            return pass.scale(frequency, 1 / factor);
        }
    }

    /**
     * Wavelengths above {@code original}/{@code low} are stretched by {@code factor}, those below {@code original}/{@code high} are not, and those between in
     * part (Llama 3.1).
     *
     * @param original the longest sequence of the first training
     */
    record Llama3(double factor, double low, double high, int original) implements RopeScaling {
        @Override
        public Tensor frequency(Pass pass, Tensor frequency, double theta) {
            Tensor turns = pass.scale(frequency, original / (2 * Math.PI));                       // in a sequence of the original length
            return mixed(pass, frequency, factor, within(pass, pass.scale(pass.shift(turns, -low), 1 / (high - low))));
        }
    }

    /**
     * Pairs of features that turn less than {@code slow} times in a sequence of the original length are stretched by {@code factor}, those that turn more than
     * {@code fast} times are not, and those between in part (Peng et al. 2023, YaRN).
     *
     * @param original the longest sequence of the first training
     * @param whole    whether the bounds between these are rounded to whole pairs, outwards
     * @param length   factor on sines and cosines
     */
    record Yarn(double factor, double fast, double slow, int original, boolean whole, double length) implements RopeScaling {
        @Override
        public Tensor frequency(Pass pass, Tensor frequency, double theta) {
            Dim width = frequency.dim(1).times(Dim.of(2));
            Tensor pair = pass.shift(pass.iota(1, frequency.shape(), frequency.dtype()), 1);      // from 1: no bound is 0, at no width
            Tensor first = pass.constant(Scalar.of(new First(this, theta), width), frequency.dtype());
            Tensor breadth = pass.constant(Scalar.of(new Breadth(this, theta), width), frequency.dtype());
            Tensor stretched = within(pass, pass.div(pass.sub(pair, first), breadth));
            return mixed(pass, frequency, factor, pass.shift(pass.neg(stretched), 1));
        }

        /** The pair, counted from 0, that turns {@code turns} times. */
        private double pair(double turns, long width, double theta) {
            return width * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }

        private double first(long width, double theta) {
            double pair = pair(fast, width, theta);
            return Math.max(whole ? Math.floor(pair) : pair, 0);
        }

        private double breadth(long width, double theta) {
            double pair = pair(slow, width, theta);
            double breadth = Math.min(whole ? Math.ceil(pair) : pair, width - 1) - first(width, theta);
            return breadth == 0 ? 0.001 : breadth; // as Hugging Face avoids the division by zero
        }

        /** The first pair that is stretched at all, counted from 1. */
        private record First(Yarn yarn, double theta) implements Scalar.SizeRule {
            @Override
            public double at(long width) {
                return yarn.first(width, theta) + 1;
            }
        }

        /** From the first pair that is stretched to the first that is so by the whole factor. */
        private record Breadth(Yarn yarn, double theta) implements Scalar.SizeRule {
            @Override
            public double at(long width) {
                return yarn.breadth(width, theta);
            }
        }
    }

    /** {@code frequency} where {@code kept} is 1, {@code frequency}/{@code factor} where it is 0. */
    private static Tensor mixed(Pass pass, Tensor frequency, double factor, Tensor kept) {
        Tensor stretched = pass.scale(pass.shift(pass.neg(kept), 1), 1 / factor);
        return pass.mul(frequency, pass.add(stretched, kept));
    }

    /** 0 … 1. */
    private static Tensor within(Pass pass, Tensor x) {
        Tensor notNegative = pass.maximum(x, pass.zerosLike(x));
        Tensor minusOne = pass.constantLike(x, Scalar.of(-1));
        return pass.neg(pass.maximum(pass.neg(notNegative), minusOne));
    }
}
