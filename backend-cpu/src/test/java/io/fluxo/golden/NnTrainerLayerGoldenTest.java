package io.fluxo.golden;

import static io.fluxo.golden.TorchLayers.attention;
import static io.fluxo.golden.TorchLayers.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.Linear;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.layer.position.SinusoidalPositions;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Single layers as Keras computes them: outputs, and the gradients of twice the sum of the outputs with respect to parameters and inputs. The
 * file holds parameters, inputs, outputs, the parameters' gradients (not in the norm without a bias), the parameters again, the inputs' gradients.
 */
class NnTrainerLayerGoldenTest {

    private static final double GOLDEN = 3e-6;

    /** Keras's addend under a norm's root. */
    private static final double EPS = 1e-3;

    /** @param gradients whether the file holds the parameters' gradients */
    private record Golden(String file, List<Shape> inputs, List<Shape> outputs, boolean gradients, Supplier<Computation> computation) {
        @Override
        public String toString() {
            return file;
        }
    }

    private static final List<Golden> GOLDENS = List.of(
            one("fc_plain", Shape.of(3, 10), Shape.of(3, 5), () -> Computation.of(new Linear("fc", "fc", Dim.of(10), Dim.of(5), true, Initializer.ZEROS))),
            one("fc_single_batch", Shape.of(1, 10), Shape.of(1, 4),
                    () -> Computation.of(new Linear("fc", "fc", Dim.of(10), Dim.of(4), true, Initializer.ZEROS))),
            one("ln_axis_3", Shape.of(2, 8, 3), Shape.of(2, 8, 3), () -> Computation.of(new LayerNorm("ln", Dim.of(3), true, EPS))),
            // all axes but the batch, seen as one
            one("ln_axis_1_2_3", Shape.of(2, 24), Shape.of(2, 24), () -> Computation.of(new LayerNorm("ln", Dim.of(24), true, EPS))),
            new Golden("rms_normtest", List.of(Shape.of(18, 3)), List.of(Shape.of(18, 3)), false,
                    () -> Computation.of(new RmsNorm("ln", Dim.of(3), true, EPS))),
            one("positional_encoding", Shape.of(3, 10, 6), Shape.of(3, 10, 6), () -> Computation.of(new SinusoidalPositions(""))),
            one("positional_encoding_partial", Shape.of(3, 7, 6), Shape.of(3, 7, 6), () -> Computation.of(new SinusoidalPositions(""))),
            multiHead("multi_head_attention", 2, 3),
            multiHead("multi_head_attention_single_batch", 1, 3),
            multiHead("multi_head_attention_value_dim", 2, 5),
            withPattern(),
            ownOutputWidth());

    @BeforeEach
    void data() {
        NnTrainerFile.assumeThere();
    }

    static Stream<Arguments> goldens() {
        return Setup.with(GOLDENS);
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("goldens")
    void outputsAndGradientsAgree(Setup setup, Golden golden) {
        Computation computation = golden.computation().get();
        List<Parameter> parameters = computation.parameters();
        NnTrainerFile file = NnTrainerFile.ofLayer(golden.file());
        try (Backend backend = setup.open(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            parameters.forEach(parameter -> parameter.set(setup.upload(backend, file.next(parameter.shape()))));
            List<Tensor> inputs = golden.inputs().stream().map(shape -> setup.upload(backend, file.next(shape))).toList();
            List<Tensor> watched = new ArrayList<>(parameters.stream().map(Parameter::value).toList());
            watched.addAll(inputs);
            watched.forEach(tape::watch);

            List<Tensor> outputs = computation.outputs().of(Pass.evaluation(tape), inputs);
            for (int i = 0; i < outputs.size(); i++) {
                Setup.assertClose("output " + i, tape.download(outputs.get(i)), file.next(golden.outputs().get(i)), setup.tolerance(GOLDEN));
            }

            // further outputs are attention weights, whose sum over a row is constant: they add nothing to the gradient
            Tensor[] gradients = tape.gradients(outputs.getFirst(), setup.upload(backend, twos(outputs.getFirst().shape())), watched);
            if (golden.gradients()) {
                for (int i = 0; i < parameters.size(); i++) {
                    check(setup, backend, "the gradient of " + parameters.get(i).name(), gradients[i], file);
                }
            }
            parameters.forEach(parameter -> file.next(parameter.shape()));
            for (int i = 0; i < inputs.size(); i++) {
                check(setup, backend, "the gradient of input " + i, gradients[parameters.size() + i], file);
            }
            assertThat(file.isAtEnd()).isTrue();
        }
    }

    private static void check(Setup setup, Backend backend, String what, Tensor actual, NnTrainerFile file) {
        Setup.assertClose(what, backend.download(actual), file.next(actual.shape()), setup.tolerance(GOLDEN));
    }

    private static HostArray twos(Shape shape) {
        double[] values = new double[shape.elements()];
        Arrays.fill(values, 2);
        return HostArray.of(shape, values);
    }

    private static Golden one(String file, Shape input, Shape output, Supplier<Computation> computation) {
        return new Golden(file, List.of(input), List.of(output), true, computation);
    }

    /** Two heads of width 3 on a stream of width 7; n_heads · d_v = 2 · {@code dV}. */
    private static Golden multiHead(String file, int batch, int dV) {
        Shape queries = Shape.of(batch, 5, 7);
        Shape keys = Shape.of(batch, 3, 7);
        return new Golden(file, List.of(queries, keys, keys), List.of(queries), true, () -> {
            MultiHeadAttention attention = sevenWide(dV);
            return new Computation(attention.parameters(), (pass, in) -> List.of(attention.forward(pass, in.get(0), in.get(1), in.get(2), null)));
        });
    }

    private static Golden withPattern() {
        Shape queries = Shape.of(2, 5, 7);
        Shape keys = Shape.of(2, 3, 7);
        return new Golden("multi_head_attention_return_attention_scores", List.of(queries, keys, keys), List.of(queries, Shape.of(2, 2, 5, 3)), true, () -> {
            MultiHeadAttention attention = sevenWide(3);
            return new Computation(attention.parameters(), (pass, in) -> List.of(attention.forward(pass, in.get(0), in.get(1), in.get(2), null),
                    pattern(pass, attention, in.get(0), in.get(1), in.get(2), null)));
        });
    }

    private static Golden ownOutputWidth() {
        Shape queries = Shape.of(2, 5, 7);
        Shape keys = Shape.of(2, 3, 7);
        return new Golden("multi_head_attention_output_shape", List.of(queries, keys, keys), List.of(Shape.of(2, 5, 5)), true, () -> {
            var attention = new TorchLayers.FreeAttention(3, new int[] {7, 7, 7}, 5);
            return new Computation(attention.parameters(), (pass, in) -> List.of(attention.forward(pass, in.get(0), in.get(1), in.get(2))));
        });
    }

    private static MultiHeadAttention sevenWide(int dV) {
        return attention("attn", new MultiHeadAttention.Dims(Dim.of(7), TorchLayers.HEADS, Dim.of(3), Dim.of(dV)), true);
    }
}
