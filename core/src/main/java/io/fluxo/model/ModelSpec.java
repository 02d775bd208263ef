package io.fluxo.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything that determines a transformer, under TransformerLens's names. Written in YAML in snake_case ({@code d_model}); one immutable
 * record, so that a study varies a model by replacing components.
 *
 * @param nLayers    number of blocks; 0 leaves embedding, positions and unembedding
 * @param dModel     width d of the residual stream
 * @param nHeads     attention heads; need not divide {@code dModel} if {@code dHead} is given
 * @param dHead      width of one head's queries, keys and values; 0 stands for {@code dModel / nHeads}
 * @param dMlp       width of the feed-forward network's hidden layer
 * @param nCtx       longest sequence, and the number of learned positions
 * @param dVocab     number of token ids; 0 until the task has said it
 * @param actFn      the feed-forward network's nonlinearity
 * @param placement  where the norms stand: the registered name of a block ({@code pre}, {@code post}, …)
 * @param norm       the registered name of a norm ({@code layer_norm}, {@code rms_norm}, …)
 * @param normAffine whether norms carry a gain and (layer_norm) a bias
 * @param normEps    added to the variance under the root
 * @param attention  how attention weighs positions
 * @param mask       which positions a query may see
 * @param ffn        whether blocks have a feed-forward network
 * @param residual   how a sub-layer's output joins the stream
 * @param positions  how positions enter
 * @param bias       whether attention and feed-forward projections carry a bias
 * @param tiedHead   whether the unembedding is the embedding transposed
 * @param dropout    probability of dropping an element of a sub-layer's output and of the embedding, in training
 * @param init       how weight matrices are drawn
 * @param embedStd   standard deviation of token and learned position embeddings at initialisation
 */
public record ModelSpec(int nLayers, int dModel, int nHeads, int dHead, int dMlp, int nCtx, int dVocab, ActFn actFn, String placement,
                        String norm, boolean normAffine, double normEps, AttentionKind attention, MaskKind mask, boolean ffn,
                        ResidualKind residual, PositionKind positions, boolean bias, boolean tiedHead, double dropout, InitKind init,
                        double embedStd) {

    public enum ActFn { RELU, GELU, GELU_TANH }

    public enum AttentionKind { SOFTMAX }

    public enum MaskKind { CAUSAL, BIDIRECTIONAL }

    public enum ResidualKind { IDENTITY }

    public enum PositionKind { LEARNED, SINUSOIDAL, NONE }

    public enum InitKind { XAVIER_NORMAL }

    /** The model of the study {@code pre-vs-post}: six layers of width 32 with one head. */
    public static final ModelSpec DEFAULT = new ModelSpec(6, 32, 1, 0, 128, 32, 0, ActFn.RELU, "pre", "layer_norm", false, 1e-5,
            AttentionKind.SOFTMAX, MaskKind.CAUSAL, true, ResidualKind.IDENTITY, PositionKind.LEARNED, true, false, 0, InitKind.XAVIER_NORMAL, 0.5);

    /** The width of one head, as given or as {@code dModel / nHeads}. */
    public int headWidth() {
        return dHead > 0 ? dHead : dModel / nHeads;
    }

    /** This model over {@code vocabulary} token ids. */
    public ModelSpec withVocabulary(int vocabulary) {
        return new ModelSpec(nLayers, dModel, nHeads, dHead, dMlp, nCtx, vocabulary, actFn, placement, norm, normAffine, normEps, attention, mask,
                ffn, residual, positions, bias, tiedHead, dropout, init, embedStd);
    }

    /**
     * What makes this specification impossible, each as one sentence that names the keys; empty where it can be built. Names of placements
     * and norms are checked where they are looked up.
     */
    public List<Violation> violations() {
        List<Violation> found = new ArrayList<>();
        atLeast(found, "n_layers", nLayers, 0);
        atLeast(found, "d_model", dModel, 1);
        atLeast(found, "n_heads", nHeads, 1);
        atLeast(found, "d_head", dHead, 0);
        atLeast(found, "d_mlp", dMlp, 1);
        atLeast(found, "n_ctx", nCtx, 1);
        atLeast(found, "d_vocab", dVocab, 0);
        if (dHead == 0 && nHeads >= 1 && dModel >= 1 && dModel % nHeads != 0) {
            found.add(new Violation("n_heads", "n_heads %d does not divide d_model %d: choose a divisor, or give d_head".formatted(nHeads, dModel)));
        }
        if (!(normEps >= 0 && normEps < Double.POSITIVE_INFINITY)) {
            found.add(new Violation("norm_eps", "norm_eps must be a finite number ≥ 0, not " + normEps));
        }
        if (!(dropout >= 0 && dropout < 1)) {
            found.add(new Violation("dropout", "dropout must be at least 0 and below 1, not " + dropout));
        }
        if (!(embedStd >= 0 && embedStd < Double.POSITIVE_INFINITY)) {
            found.add(new Violation("embed_std", "embed_std must be a finite number ≥ 0, not " + embedStd));
        }
        return found;
    }

    private static void atLeast(List<Violation> found, String key, int value, int least) {
        if (value < least) {
            found.add(new Violation(key, "%s must be at least %d, not %d".formatted(key, least, value)));
        }
    }
}
