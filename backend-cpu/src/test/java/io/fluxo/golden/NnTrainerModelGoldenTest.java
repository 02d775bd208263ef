package io.fluxo.golden;

import static io.fluxo.golden.TorchLayers.attention;
import static io.fluxo.golden.TorchLayers.meanOverHeads;
import static io.fluxo.golden.TorchLayers.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.position.SinusoidalPositions;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models trained by PyTorch for a step: our outputs agree before and after it, and the step's change of every parameter with our gradient of
 * the mean squared error. Where a mask forbids a query everything, PyTorch's row is NaN and ours is finite by decision; those rows are
 * not compared.
 */
class NnTrainerModelGoldenTest {

    /** How exact the float32 goldens are, relative to the largest value of a tensor. */
    private static final double GOLDEN = 3e-6;

    /** (w_0 − w_1)/lr loses digits where the step is small beside the weight. */
    private static final double IMPLIED_GRADIENT = 2e-5;

    private static final double LR = 0.1;

    /**
     * @param inputs  shapes; a mask is [batch head n m]
     * @param labels  shapes; the loss is the mean squared error of the first output from the first label
     * @param outputs shapes
     */
    private record Model(String file, List<Shape> inputs, List<Shape> labels, List<Shape> outputs, Supplier<Computation> computation) {
        @Override
        public String toString() {
            return file;
        }
    }

    private static final Shape ENCODED = Shape.of(3, 5, 6);
    private static final Shape DECODED = Shape.of(3, 4, 6);
    private static final Shape QUERIES = Shape.of(3, 3, 6);
    private static final Shape KEYS = Shape.of(3, 2, 6);

    private static final List<Model> MODELS = List.of(
            encoder("transformer_encoder_layer", false),
            encoder("transformer_encoder_layer_float_attn_mask", true),
            encoder("transformer_encoder_layer_pseudo_bool_attn_mask", true),
            decoder("transformer_decoder_layer", false),
            decoder("transformer_decoder_layer_float_attn_mask", true),
            decoder("transformer_decoder_layer_pseudo_bool_attn_mask", true),
            encoderDecoder("transformer_single", 1, false),
            encoderDecoder("transformer_stack", 2, false),
            encoderDecoder("transformer_float_attn_mask", 2, true),
            encoderDecoder("transformer_pseudo_bool_attn_mask", 2, true),
            attentionOf("multi_head_attention", false),
            attentionOf("multi_head_attention_float_attn_mask", true),
            attentionOf("multi_head_attention_pseudo_bool_attn_mask", true),
            selfAttention(),
            withoutBias(),
            ownWidths(),
            positions());

    @BeforeEach
    void data() {
        NnTrainerFile.assumeThere();
    }

    static Stream<Arguments> models() {
        return Setup.with(MODELS);
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("models")
    void outputsAndGradientsAgree(Setup setup, Model model) {
        Computation computation = model.computation().get();
        try (Backend backend = setup.open()) {
            NnTrainerFile file = NnTrainerFile.ofModel(model.file());
            Iteration before = iteration(file, model, computation);
            List<HostArray> gradients = check(setup, backend, computation, before);
            if (!file.isAtEnd()) {
                Iteration after = iteration(file, model, computation);
                if (after.isFinite()) { // a NaN in the loss has spoilt every parameter
                    checkGradients(setup, computation, before, after, gradients);
                    check(setup, backend, computation, after);
                }
            }
            assertThat(file.isAtEnd()).isTrue();
        }
    }

    private static void checkGradients(Setup setup, Computation computation, Iteration before, Iteration after, List<HostArray> gradients) {
        for (int i = 0; i < gradients.size(); i++) {
            double[] old = before.parameters().get(i).toDoubles();
            double[] changed = after.parameters().get(i).toDoubles();
            double[] implied = new double[old.length];
            Arrays.setAll(implied, j -> (old[j] - changed[j]) / LR);
            Parameter parameter = computation.parameters().get(i);
            Setup.assertClose("the gradient of " + parameter.name(), gradients.get(i), HostArray.of(parameter.shape(), implied),
                    setup.tolerance(IMPLIED_GRADIENT));
        }
    }

    /** Checks the outputs of an iteration and returns the gradients of its loss. */
    private static List<HostArray> check(Setup setup, Backend backend, Computation computation, Iteration iteration) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            for (int i = 0; i < computation.parameters().size(); i++) {
                Tensor value = setup.upload(backend, iteration.parameters().get(i));
                computation.parameters().get(i).set(value);
                tape.watch(value);
            }
            List<Tensor> inputs = iteration.inputs().stream().map(input -> setup.upload(backend, input)).toList();
            List<Tensor> outputs = computation.outputs().of(Pass.evaluation(tape), inputs);
            for (int i = 0; i < iteration.outputs().size(); i++) {
                checkNumbers(setup, "output " + i, tape.download(outputs.get(i)), iteration.outputs().get(i));
            }
            Tensor loss = squaredError(new Ops(tape), outputs.getFirst(), setup.upload(backend, iteration.labels().getFirst()));
            Tensor[] gradients = tape.gradients(loss, computation.parameters().stream().map(Parameter::value).toList());
            return Arrays.stream(gradients).map(backend::download).toList();
        }
    }

    /** Ours is finite everywhere, and agrees wherever PyTorch's is a number. */
    private static void checkNumbers(Setup setup, String what, HostArray actual, HostArray expected) {
        double[] ours = actual.toDoubles();
        double[] theirs = expected.toDoubles().clone();
        assertThat(Arrays.stream(ours).allMatch(Double::isFinite)).as(what + " is finite").isTrue();
        assertThat(Arrays.stream(theirs).anyMatch(Double::isFinite)).as(what + " says something").isTrue();
        for (int i = 0; i < theirs.length; i++) {
            theirs[i] = Double.isNaN(theirs[i]) ? ours[i] : theirs[i];
        }
        Setup.assertClose(what, actual, HostArray.of(expected.shape(), theirs), setup.tolerance(GOLDEN));
    }

    private static Tensor squaredError(Ops ops, Tensor output, Tensor label) {
        Tensor error = ops.sub(output, label);
        return ops.meanAll(ops.mul(error, error));
    }

    private record Iteration(List<HostArray> inputs, List<HostArray> labels, List<HostArray> parameters, List<HostArray> outputs) {
        boolean isFinite() {
            return parameters.stream().allMatch(parameter -> Arrays.stream(parameter.toDoubles()).allMatch(Double::isFinite));
        }
    }

    private static Iteration iteration(NnTrainerFile file, Model model, Computation computation) {
        return new Iteration(model.inputs().stream().map(file::next).toList(), model.labels().stream().map(file::next).toList(),
                computation.parameters().stream().map(parameter -> file.next(parameter.shape())).toList(), model.outputs().stream().map(file::next).toList());
    }

    private static Model encoder(String file, boolean mask) {
        List<Shape> inputs = mask ? List.of(ENCODED, mask(5, 5)) : List.of(ENCODED);
        return new Model(file, inputs, List.of(ENCODED), List.of(ENCODED), () -> {
            var encoder = new TorchLayers.Encoder();
            return new Computation(encoder.parameters(), (pass, in) -> List.of(encoder.forward(pass, in.get(0), mask ? in.get(1) : null)));
        });
    }

    private static Model decoder(String file, boolean mask) {
        List<Shape> inputs = mask ? List.of(ENCODED, DECODED, mask(5, 5), mask(5, 4)) : List.of(ENCODED, DECODED);
        return new Model(file, inputs, List.of(ENCODED), List.of(ENCODED), () -> {
            var decoder = new TorchLayers.Decoder();
            return new Computation(decoder.parameters(),
                    (pass, in) -> List.of(decoder.forward(pass, in.get(0), in.get(1), mask ? in.get(2) : null, mask ? in.get(3) : null)));
        });
    }

    private static Model encoderDecoder(String file, int layers, boolean mask) {
        List<Shape> inputs = mask ? List.of(ENCODED, DECODED, mask(5, 5), mask(4, 4), mask(4, 5)) : List.of(ENCODED, DECODED);
        return new Model(file, inputs, List.of(DECODED), List.of(DECODED), () -> {
            var both = new TorchLayers.EncoderDecoder(layers);
            return new Computation(both.parameters(), (pass, in) -> List.of(mask
                    ? both.forward(pass, in.get(0), in.get(1), in.get(2), in.get(3), in.get(4))
                    : both.forward(pass, in.get(0), in.get(1), null, null, null)));
        });
    }

    private static Model attentionOf(String file, boolean mask) {
        List<Shape> inputs = mask ? List.of(QUERIES, KEYS, KEYS, mask(3, 2)) : List.of(QUERIES, KEYS, KEYS);
        List<Shape> outputs = List.of(QUERIES, Shape.of(3, 3, 2));
        return new Model(file, inputs, outputs, outputs, () -> {
            MultiHeadAttention attention = attention("attn", true);
            return new Computation(attention.parameters(), (pass, in) -> weighted(pass, attention, in.get(0), in.get(1), in.get(2), mask ? in.get(3) : null));
        });
    }

    private static Model selfAttention() {
        List<Shape> outputs = List.of(QUERIES, Shape.of(3, 3, 3));
        return new Model("multi_head_attention_self_attention", List.of(QUERIES), outputs, outputs, () -> {
            MultiHeadAttention attention = attention("attn", true);
            return new Computation(attention.parameters(), (pass, in) -> weighted(pass, attention, in.get(0), in.get(0), in.get(0), null));
        });
    }

    private static Model withoutBias() {
        return new Model("multi_head_attention_disable_need_weights", List.of(QUERIES, KEYS, KEYS), List.of(QUERIES), List.of(QUERIES), () -> {
            MultiHeadAttention attention = attention("attn", false);
            return new Computation(attention.parameters(), (pass, in) -> List.of(attention.forward(pass, in.get(0), in.get(1), in.get(2), null)));
        });
    }

    /** Keys of width 4 and values of width 5. */
    private static Model ownWidths() {
        List<Shape> outputs = List.of(QUERIES, Shape.of(3, 3, 2));
        return new Model("multi_head_attention_kdim_vdim", List.of(QUERIES, Shape.of(3, 2, 4), Shape.of(3, 2, 5)), outputs, outputs, () -> {
            var attention = new TorchLayers.FreeAttention(3, new int[] {6, 4, 5}, 6);
            return new Computation(attention.parameters(),
                    (pass, in) -> List.of(attention.forward(pass, in.get(0), in.get(1), in.get(2)), attention.meanPattern(pass, in.get(0), in.get(1))));
        });
    }

    /** Sinusoidal positions, then self-attention. */
    private static Model positions() {
        return new Model("positional_encoding", List.of(ENCODED), List.of(ENCODED), List.of(ENCODED, Shape.of(3, 5, 5)), () -> {
            MultiHeadAttention attention = attention("attn", true);
            SinusoidalPositions positions = new SinusoidalPositions("");
            return new Computation(attention.parameters(), (pass, in) -> {
                Tensor x = positions.forward(pass, in.get(0));
                return weighted(pass, attention, x, x, x, null);
            });
        });
    }

    /** The output, and the weights as a mean over the heads. */
    private static List<Tensor> weighted(Pass pass, MultiHeadAttention attention, Tensor q, Tensor k, Tensor v, Tensor mask) {
        return List.of(attention.forward(pass, q, k, v, mask), meanOverHeads(pass, pattern(pass, attention, q, k, v, mask)));
    }

    private static Shape mask(int queries, int keys) {
        return Shape.of(3, 2, queries, keys);
    }
}
