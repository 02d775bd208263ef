package io.fluxo.experiments.bench;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.model.ModelSpec;
import java.util.List;
import java.util.Locale;

/**
 * What is timed, under the peer script's option names.
 *
 * @param what       a block's forward and backward pass, a training step of a character model, or single operations at sizes of their own
 * @param batch      sequences
 * @param tokens     tokens in a sequence
 * @param model      d_model
 * @param heads      attention heads; must divide {@code model}
 * @param ff         d_mlp
 * @param layers     blocks of the trained model
 * @param vocab      token ids of the trained model
 * @param threads    worker threads
 * @param seconds    time spent on each measurement
 * @param placement  pre or post
 * @param activation gelu (tanh) or relu
 */
public record BenchCase(What what, int batch, int tokens, int model, int heads, int ff, int layers, int vocab, int threads, double seconds,
                        String placement, Nonlinearity activation) {

    public enum What { BLOCK, TRAIN, KERNELS }

    public enum Nonlinearity { GELU, RELU }

    /** The model a step is timed on: causal, with affine norms and biases, as the peer's. */
    ModelSpec spec() {
        String act = switch (activation) {
            case GELU -> "gelu_tanh";
            case RELU -> "relu";
        };
        return ModelSpec.DEFAULT.with(N_LAYERS, what == What.BLOCK ? 1 : layers).with(D_MODEL, model).with(N_HEADS, heads).with(D_MLP, ff).with(N_CTX, tokens).with(D_VOCAB, vocab)
                .with(ACT_FN, act)
                .with(PLACEMENT, placement).with(NORM_AFFINE, true);
    }

    /** The same case as options of the peer script. */
    List<String> peerOptions() {
        return List.of(what.name().toLowerCase(Locale.ROOT), "--batch", "" + batch, "--tokens", "" + tokens, "--model", "" + model, "--heads",
                "" + heads, "--ff", "" + ff, "--layers", "" + layers, "--vocab", "" + vocab, "--threads", "" + threads, "--seconds", "" + seconds,
                "--placement", placement, "--activation", activation.name().toLowerCase(Locale.ROOT));
    }

    /** Floating operations of a block's forward pass; causal attention counted at half. */
    double forwardFlops() {
        double d = model;
        return (double) batch * tokens * (2 * (4 * d * d + 2 * d * ff) + 2.0 * tokens * d);
    }

    /** Floating operations of a training step: of the blocks' and the logits' products, once forward and twice back. */
    public double trainingFlops() {
        return 3 * (layers * forwardFlops() + 2.0 * batch * tokens * model * vocab);
    }
}
