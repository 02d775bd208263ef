package io.fluxo.experiments.verify.measure;

import io.fluxo.model.ModelSpec;
import io.fluxo.property.BlockCase;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The chapter's functions on the host, in float64 and one row at a time, written from the equations and not from the layers. The block is compared
 * with them.
 *
 * @param drawn the case: sizes and kinds
 * @param activation the feed-forward network's nonlinearity, where it says which it is
 * @param named parameters by their names within the block: {@code attn.W_Q}
 * @param dtype what the block under examination computes in
 */
public record Weights(BlockCase drawn, Optional<DoubleUnaryOperator> activation, Map<String, HostArray> named, DType dtype) {

    public static Weights of(Specimen specimen) {
        Map<String, HostArray> named = new LinkedHashMap<>();
        int prefix = specimen.block().path().length() + 1;
        specimen.values().forEach((name, value) -> named.put(name.substring(prefix), value));
        return new Weights(specimen.drawn(), specimen.activation(), named, specimen.dtype());
    }

    public HostMatrix matrix(String name) {
        HostArray array = named.get(name);
        return new HostMatrix(array.toDoubles(), array.shape().size(1));
    }

    /** Null where there is none. */
    public double[] vector(String name) {
        HostArray array = named.get(name);
        return array == null ? null : array.toDoubles();
    }

    /** LN with the gain and bias under {@code name}. */
    public Bounded layerNorm(String name, Bounded x) {
        return x.layerNorm(vector(name + ".w"), vector(name + ".b"), drawn.eps());
    }

    /** act(xW_in + b_in)W_out + b_out. */
    public Bounded ffn(Bounded x) {
        return x.affine(matrix("mlp.W_in"), vector("mlp.b_in")).activated(activation.orElseThrow()).affine(matrix("mlp.W_out"), vector("mlp.b_out"));
    }

    /** The values v_j = x_jW_V + b_V of one head. */
    public Bounded value(Bounded x, int head) {
        return x.affine(matrix("attn.W_V"), vector("attn.b_V")).slice(head * drawn.dV(), drawn.dV());
    }

    /** Row i of the attention pattern of one head: softmax over what {@code context} token i may see, which is token {@code i} of it. */
    public Bounded pattern(int head, Bounded[] context, int i) {
        Bounded q = context[i].affine(matrix("attn.W_Q"), vector("attn.b_Q")).slice(head * drawn.dHead(), drawn.dHead());
        double[] scores = new double[context.length];
        double[] errors = new double[context.length];
        for (int j = 0; j < context.length; j++) {
            if (drawn.mask() == ModelSpec.MaskKind.CAUSAL && j > i) {
                scores[j] = Double.NEGATIVE_INFINITY;
                continue;
            }
            Bounded k = context[j].affine(matrix("attn.W_K"), vector("attn.b_K")).slice(head * drawn.dHead(), drawn.dHead());
            double[] score = q.dot(k, 1 / Math.sqrt(drawn.dHead()));
            scores[j] = score[0];
            errors[j] = score[1];
        }
        return new Bounded(scores, errors, q.unit()).softmax();
    }

    /** MHA(x_i, [x_1 … x_N]). */
    public Bounded attention(Bounded[] context, int i) {
        Bounded[] heads = new Bounded[drawn.nHeads()];
        for (int head = 0; head < heads.length; head++) {
            int number = head;
            Bounded[] values = Arrays.stream(context).map(x -> value(x, number)).toArray(Bounded[]::new);
            heads[head] = pattern(head, context, i).mix(values);
        }
        return output(heads);
    }

    /** The heads' results side by side, times W_O, plus b_O. */
    public Bounded output(Bounded[] heads) {
        double[] value = new double[drawn.nHeads() * drawn.dV()];
        double[] error = new double[value.length];
        for (int head = 0; head < heads.length; head++) {
            System.arraycopy(heads[head].value(), 0, value, head * drawn.dV(), drawn.dV());
            System.arraycopy(heads[head].error(), 0, error, head * drawn.dV(), drawn.dV());
        }
        return new Bounded(value, error, heads[0].unit()).affine(matrix("attn.W_O"), vector("attn.b_O"));
    }
}
