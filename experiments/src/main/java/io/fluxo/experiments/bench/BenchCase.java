package io.fluxo.experiments.bench;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.BackendOptions;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is timed, under the peer script's option names.
 *
 * @param what       see {@link What}
 * @param batch      sequences
 * @param tokens     tokens in a sequence
 * @param model      d_model
 * @param heads      attention heads; must divide {@code model}
 * @param ff         d_mlp
 * @param layers     blocks of the model
 * @param vocab      token ids of the model
 * @param threads    worker threads
 * @param seconds    time spent on each measurement
 * @param warmUp     seconds for which Fluxo's steps run before they are timed: a just-in-time compiler that shares two cores with the work needs 15 for the largest
 *                   kernels, a GPU's kernels hardly any
 * @param placement  pre or post
 * @param activation gelu (tanh) or relu
 * @param optimizer  of a training step
 * @param tied       whether the model's unembedding is its embedding
 * @param dtype      what is computed in
 * @param sizes      of square products
 */
public record BenchCase(What what, int batch, int tokens, int model, int heads, int ff, int layers, int vocab, int threads, double seconds, double warmUp,
                        String placement, Nonlinearity activation, Rule optimizer, boolean tied, DType dtype, List<Integer> sizes) {

    /** A block's forward and backward pass, a training step, a model's forward pass, single operations at sizes of their own, square products, or attention. */
    public enum What { BLOCK, TRAIN, MODEL, KERNELS, MATMUL, ATTENTION }

    public enum Nonlinearity { GELU, RELU }

    /** Adam, or AdamW with a weight decay of 0.01 on every parameter, which is PyTorch's default. */
    public enum Rule { ADAM, ADAMW }

    public BenchCase {
        sizes = List.copyOf(sizes);
    }

    /** A training step of a pre-norm model with GELU, on one thread. */
    public static BenchCase training(int layers, int model, int heads, int ff, int vocab, int batch, int tokens) {
        return new BenchCase(What.TRAIN, batch, tokens, model, heads, ff, layers, vocab, 1, 0, 0, "pre", Nonlinearity.GELU, Rule.ADAM, false, DType.F32, List.of());
    }

    /** The model a step is timed on: causal, with affine norms and biases, as the peer's. */
    ModelSpec spec() {
        String act = switch (activation) {
            case GELU -> "gelu_tanh";
            case RELU -> "relu";
        };
        return ModelSpec.DEFAULT.with(N_LAYERS, what == What.BLOCK ? 1 : layers).with(D_MODEL, model).with(N_HEADS, heads).with(D_MLP, ff).with(N_CTX, tokens).with(D_VOCAB, vocab)
                .with(ACT_FN, act)
                .with(PLACEMENT, placement).with(NORM_AFFINE, true).with(TIED_HEAD, tied);
    }

    /** How it is trained. */
    TrainingSpec training() {
        return switch (optimizer) {
            case ADAM -> TrainingSpec.DEFAULT;
            case ADAMW -> TrainingSpec.DEFAULT.with(TrainingSpec.OPTIMIZER, "adamw").with(TrainingSpec.WEIGHT_DECAY, 0.01)
                    .with(TrainingSpec.DECAY, TrainingSpec.Decay.ALL);
        };
    }

    /** The same case as options of the peer script. */
    List<String> peerOptions() {
        List<String> options = new ArrayList<>(List.of(label(what), "--batch", "" + batch, "--tokens", "" + tokens, "--model", "" + model, "--heads",
                "" + heads, "--ff", "" + ff, "--layers", "" + layers, "--vocab", "" + vocab, "--threads", "" + threads, "--seconds", "" + seconds,
                "--placement", placement, "--activation", label(activation), "--optimizer", label(optimizer), "--dtype", dtype.label(), "--sizes"));
        sizes.forEach(size -> options.add("" + size));
        if (tied) {
            options.add("--tied");
        }
        return options;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Floating operations of a block's forward pass; causal attention counted at half. */
    double forwardFlops() {
        double d = model;
        return (double) batch * tokens * (2 * (4 * d * d + 2 * d * ff) + 2.0 * tokens * d);
    }

    /** Floating operations of a model's forward pass: of the blocks' and the logits' products. */
    public double modelFlops() {
        return layers * forwardFlops() + 2.0 * batch * tokens * model * vocab;
    }

    /** Floating operations of a training step: a forward pass's, once forward and twice back. */
    public double trainingFlops() {
        return 3 * modelFlops();
    }

    /** The type of the tensors: whoever computes in bfloat16 keeps float32. */
    DType tensors() {
        return new BackendOptions(dtype, 0, threads).master();
    }
}
