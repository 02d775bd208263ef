package io.fluxo.proof;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Parts that break a claim in one way each, and specifications to put them into. */
final class Mutants {

    private Mutants() {}

    /** What a part computes. */
    @FunctionalInterface
    interface Formula {
        Tensor apply(Pass pass, Tensor x);
    }

    static Layer layer(String path, Formula formula) {
        return new Layer(path) {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return formula.apply(pass, x);
            }
        };
    }

    /** A feed-forward network that adds the mean of all tokens. */
    static Layer mixingMlp(String path) {
        return layer(path, (pass, x) -> pass.add(x, pass.mean(x, 1)));
    }

    /** A norm with the mean and deviation of all tokens of the batch, each feature for itself. */
    static Layer batchNorm(String path) {
        return layer(path, (pass, x) -> {
            Tensor centred = pass.sub(x, pass.mean(pass.mean(x, 0), 1));
            return pass.div(centred, pass.sqrt(pass.shift(pass.mean(pass.mean(pass.mul(centred, centred), 0), 1), 1e-5)));
        });
    }

    /** A norm scaled by the token before. */
    static Layer neighbourNorm(String path) {
        return layer(path, (pass, x) -> {
            Tensor before = pass.slice(pass.pad(x, 1, Dim.ONE, Dim.of(0), Scalar.ONE), 1, Dim.of(0), x.dim(1));
            return pass.div(x, pass.sqrt(pass.shift(pass.mean(pass.mul(before, before), -1), 1e-5)));
        });
    }

    /** One head, written out, whose scores go through {@code mask}. */
    static final class MaskedAttention extends Attention {
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Masking masking;

        MaskedAttention(String path, Dim dModel, Masking masking) {
            super(path);
            this.masking = masking;
            q = part(new Linear(path, "Q", dModel, dModel, false, Initializer.ZEROS));
            k = part(new Linear(path, "K", dModel, dModel, false, Initializer.ZEROS));
            v = part(new Linear(path, "V", dModel, dModel, false, Initializer.ZEROS));
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            Tensor scores = pass.matMul(q.forward(pass, x), k.forward(pass, context), false, true);
            Shape square = Shape.of(scores.dim(1), scores.dim(2));
            Tensor query = pass.iota(0, square, DType.I32);
            Tensor key = pass.iota(1, square, DType.I32);
            return pass.matMul(pass.softmax(masking.apply(pass, scores, query, key)), v.forward(pass, context));
        }
    }

    /** From scores [batch n m] and the positions [n m] of queries and keys to masked scores. */
    @FunctionalInterface
    interface Masking {
        Tensor apply(Pass pass, Tensor scores, Tensor query, Tensor key);

        /** −∞ where the key is later. */
        Masking EXACT = (pass, scores, query, key) ->
                pass.where(pass.less(query, key), pass.constant(Scalar.NEGATIVE_INFINITY, scores.dtype()), scores);

        /** −∞ where the key is later by more than one. */
        Masking LEAKING_ONE = (pass, scores, query, key) ->
                EXACT.apply(pass, scores, pass.add(query, pass.constant(Scalar.ONE, DType.I32)), key);

        /** −1e9 where the key is later: in the reals a weight that is small, not absent. */
        Masking ADDITIVE = (pass, scores, query, key) -> {
            Tensor later = pass.less(query, key);
            Tensor none = pass.zerosLike(scores);
            return pass.add(scores, pass.where(later, pass.constant(Scalar.of(-1e9), scores.dtype()), none));
        };
    }

    /** Heads side by side without an output projection: n_heads · d_v wide. */
    static final class UnprojectedAttention extends Attention {
        private final Linear v;

        UnprojectedAttention(String path, Dim dModel, Dim nHeads, Dim dV) {
            super(path);
            v = part(new Linear(path, "V", dModel, nHeads.times(dV), false, Initializer.ZEROS));
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            return v.forward(pass, context);
        }
    }

    /** The standard catalogue with {@code attention} and {@code mlp} in place of the blocks' own. */
    static Catalog with(UnaryOperator<Attention> attention, UnaryOperator<Layer> mlp) {
        return around((placement, parts) ->
                placement.block(parts.withAttention(attention.apply(parts.attention())).withMlp(mlp.apply(parts.mlp()))));
    }

    /** The standard catalogue with {@code making} around each placement. */
    static Catalog around(BiFunction<Placement, Placement.Parts, Block> making) {
        return ModelParts.CATALOG.changed(Placement.KIND, placement -> Placement.of(parts -> making.apply(placement, parts), placement.finalNorm()));
    }

    /** The standard catalogue and a norm called {@code mutant}. */
    static Catalog withNorm(Function<String, Layer> norm) {
        return ModelParts.CATALOG.plus(NormFactory.KIND, "mutant", (path, _, _, _) -> norm.apply(path));
    }
}
