package io.fluxo.golden;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** PyTorch's {@code nn.Transformer} family out of our layers: post-norm, ReLU, masks that are added to the scores. */
final class TorchLayers {

    /** The sizes of nntrainer's transformer goldens. */
    static final Dim WIDTH = Dim.of("d_model", 6);
    static final Dim HEADS = Dim.of("head", 2);
    private static final Dim HEAD_WIDTH = Dim.of("d_head", 3);
    private static final Dim HIDDEN = Dim.of("d_mlp", 7);
    private static final double EPS = 1e-5;

    private TorchLayers() {}

    static MultiHeadAttention attention(String path, boolean bias) {
        return attention(path, new MultiHeadAttention.Dims(WIDTH, HEADS, HEAD_WIDTH, HEAD_WIDTH), bias);
    }

    static MultiHeadAttention attention(String path, MultiHeadAttention.Dims dims, boolean bias) {
        return new MultiHeadAttention(path, dims, Mask.BIDIRECTIONAL, bias, Initializer.ZEROS, 0);
    }

    static Layer norm(String path) {
        return new LayerNorm(path, WIDTH, true, EPS);
    }

    static Layer feedForward(String path) {
        return new FeedForward(path, WIDTH, HIDDEN, Pass::relu, true, Initializer.ZEROS, 0);
    }

    /** The attention weights of a call, [batch head n m]. */
    static Tensor pattern(Pass pass, MultiHeadAttention attention, Tensor q, Tensor k, Tensor v, Tensor mask) {
        Cache cache = Cache.of(attention.path() + ".hook_pattern");
        attention.forward(pass.with(cache), q, k, v, mask);
        return cache.get(attention.path() + ".hook_pattern");
    }

    /** {@code nn.TransformerEncoderLayer}; without a mask it is our post-norm block. */
    static final class Encoder {
        private final MultiHeadAttention attention = attention("attn", true);
        private final Layer norm1 = norm("ln1");
        private final Layer feedForward = feedForward("mlp");
        private final Layer norm2 = norm("ln2");
        private final Block block = new PostNormBlock(new Placement.Parts("", attention, feedForward, name -> name.equals("ln1") ? norm1 : norm2));

        List<Parameter> parameters() {
            return block.parameters();
        }

        /** @param mask [batch head pos pos], or null */
        Tensor forward(Pass pass, Tensor x, Tensor mask) {
            if (mask == null) {
                return block.forward(pass, x);
            }
            Tensor y = norm1.forward(pass, pass.add(attention.forward(pass, x, x, x, mask), x));
            return norm2.forward(pass, pass.add(feedForward.forward(pass, y), y));
        }
    }

    /** {@code nn.TransformerDecoderLayer}. */
    static final class Decoder {
        private final MultiHeadAttention self = attention("self", true);
        private final Layer norm1 = norm("ln1");
        private final MultiHeadAttention cross = attention("cross", true);
        private final Layer norm2 = norm("ln2");
        private final Layer feedForward = feedForward("mlp");
        private final Layer norm3 = norm("ln3");

        List<Parameter> parameters() {
            return Computation.parameters(self, norm1, cross, norm2, feedForward, norm3);
        }

        Tensor forward(Pass pass, Tensor x, Tensor memory, Tensor selfMask, Tensor crossMask) {
            Tensor y = norm1.forward(pass, pass.add(self.forward(pass, x, x, x, selfMask), x));
            Tensor z = norm2.forward(pass, pass.add(cross.forward(pass, y, memory, memory, crossMask), y));
            return norm3.forward(pass, pass.add(feedForward.forward(pass, z), z));
        }
    }

    /** {@code nn.Transformer}: encoder layers, a norm, decoder layers, a norm. */
    static final class EncoderDecoder {
        private final List<Encoder> encoders = new ArrayList<>();
        private final Layer encoderNorm = norm("encoder_norm");
        private final List<Decoder> decoders = new ArrayList<>();
        private final Layer decoderNorm = norm("decoder_norm");

        EncoderDecoder(int layers) {
            for (int i = 0; i < layers; i++) {
                encoders.add(new Encoder());
                decoders.add(new Decoder());
            }
        }

        List<Parameter> parameters() {
            List<Parameter> all = new ArrayList<>();
            encoders.forEach(encoder -> all.addAll(encoder.parameters()));
            all.addAll(encoderNorm.parameters());
            decoders.forEach(decoder -> all.addAll(decoder.parameters()));
            all.addAll(decoderNorm.parameters());
            return all;
        }

        Tensor forward(Pass pass, Tensor source, Tensor target, Tensor sourceMask, Tensor targetMask, Tensor memoryMask) {
            Tensor memory = source;
            for (Encoder encoder : encoders) {
                memory = encoder.forward(pass, memory, sourceMask);
            }
            memory = encoderNorm.forward(pass, memory);
            Tensor x = target;
            for (Decoder decoder : decoders) {
                x = decoder.forward(pass, x, memory, targetMask, memoryMask);
            }
            return decoderNorm.forward(pass, x);
        }
    }

    /**
     * Attention whose queries, keys, values and outputs each have a width of their own, which {@link MultiHeadAttention} does not offer: it
     * reads and writes one stream. Made of the same operations.
     */
    static final class FreeAttention {
        private final int headWidth;
        private final List<Parameter> parameters = new ArrayList<>();

        /** @param in widths of queries, keys and values */
        FreeAttention(int headWidth, int[] in, int out) {
            this.headWidth = headWidth;
            int inner = HEADS.size() * headWidth;
            projection("Q", in[0], inner);
            projection("K", in[1], inner);
            projection("V", in[2], inner);
            projection("O", inner, out);
        }

        private void projection(String name, int in, int out) {
            parameters.add(new Parameter("W_" + name, Shape.of(in, out), Initializer.ZEROS));
            parameters.add(new Parameter("b_" + name, Shape.of(out), Initializer.ZEROS));
        }

        List<Parameter> parameters() {
            return parameters;
        }

        Tensor forward(Pass pass, Tensor q, Tensor k, Tensor v) {
            Tensor z = pass.attention(heads(pass, project(pass, q, 0)), heads(pass, project(pass, k, 1)), heads(pass, project(pass, v, 2)), null,
                    Mask.BIDIRECTIONAL, Scalar.of(1 / Math.sqrt(headWidth)));
            return project(pass, pass.mergeAxes(z, 2), 3);
        }

        /** The mean over the heads of softmax(qkᵀ/√d), [batch n m]. */
        Tensor meanPattern(Pass pass, Tensor q, Tensor k) {
            Tensor queries = pass.permute(heads(pass, project(pass, q, 0)), 0, 2, 1, 3);
            Tensor keys = pass.permute(heads(pass, project(pass, k, 1)), 0, 2, 1, 3);
            return meanOverHeads(pass, pass.softmax(pass.scale(pass.matMul(queries, keys, false, true), 1 / Math.sqrt(headWidth))));
        }

        private Tensor project(Pass pass, Tensor x, int index) {
            return pass.linear(x, parameters.get(2 * index).value(), parameters.get(2 * index + 1).value());
        }

        private Tensor heads(Pass pass, Tensor x) {
            return pass.splitAxis(x, 2, HEADS, Dim.of(headWidth));
        }
    }

    /** [batch head n m] → [batch n m]. */
    static Tensor meanOverHeads(Pass pass, Tensor pattern) {
        return pass.scale(pass.sumOver(pattern, 1), Scalar.reciprocal(pattern.dim(1)));
    }
}
