package io.fluxo.experiments.verify.algebra.fault;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Sound parts with something wrong at their end, or in how they are built. */
public final class Altered {

    private Altered() {}

    /** What becomes of a part's result. */
    @FunctionalInterface
    public interface Change {

        /**
         * @param x    what the part was given
         * @param made what it made of that
         */
        Tensor of(Pass pass, Tensor x, Tensor made);
    }

    public static NormFactory norm(NormFactory sound, Change change) {
        return (path, width, affine, eps) -> {
            Layer original = sound.norm(path, width, affine, eps);
            return new Layer(path) {
                private final Layer inner = part(original);

                @Override
                protected Tensor compute(Pass pass, Tensor x) {
                    return change.of(pass, x, inner.forward(pass, x));
                }
            };
        };
    }

    /** Softmax attention whose result is changed. */
    public static AttentionKind attention(Change change) {
        return AttentionKind.of((path, dims, design) -> {
            Attention original = new MultiHeadAttention(path, dims, design);
            return new Attention(path) {
                private final Attention inner = part(original);

                @Override
                protected Tensor attend(Pass pass, Tensor x, Tensor context) {
                    return change.of(pass, x, inner.forward(pass, x, context));
                }
            };
        }, AttentionTraits.CHAPTER);
    }

    /** Softmax attention that is built otherwise than it was asked for. */
    public static AttentionKind design(UnaryOperator<MultiHeadAttention.Design> change) {
        return AttentionKind.of((path, dims, design) -> new MultiHeadAttention(path, dims, change.apply(design)), AttentionTraits.CHAPTER);
    }
}
