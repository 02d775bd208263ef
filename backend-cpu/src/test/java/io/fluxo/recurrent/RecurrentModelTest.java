package io.fluxo.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.RecurrentModel;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recurrent models against plain loops over PyTorch's equations, and their gradients against finite differences, in float64. */
class RecurrentModelTest {

    private static final int BATCH = 3;
    private static final int LENGTH = 5;
    private static final int WIDTH = 4;
    private static final int VOCABULARY = 6;
    private static final int[] TOKENS = {0, 1, 5, 2, 3, 4, 4, 0, 1, 2, 3, 5, 1, 0, 2};
    private static final int[] TARGETS = {1, 5, 2, 3, 0, 4, 0, 1, 2, 5, 5, 1, 0, 2, 2};

    private final Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));

    @AfterEach
    void close() {
        backend.close();
    }

    private RecurrentModel model(RecurrentModel.Kind kind) {
        RecurrentModel model = new RecurrentModel(kind, 2, Dim.of(WIDTH), Dim.of(VOCABULARY), 0.8, 0);
        model.initialize(backend, DType.F64, RandomKey.of(7));
        return model;
    }

    @ParameterizedTest
    @EnumSource
    void computesPyTorchsEquations(RecurrentModel.Kind kind) {
        RecurrentModel model = model(kind);
        double[] logits = backend.download(model.forward(Pass.evaluation(backend), tokens())).toDoubles();
        Map<String, double[]> weights = model.parameters().stream().collect(Collectors.toMap(Parameter::name, parameter ->
                backend.download(parameter.value()).toDoubles()));
        for (int row = 0; row < BATCH; row++) {
            double[][] h = new double[2][WIDTH];
            for (int t = 0; t < LENGTH; t++) {
                double[] x = java.util.Arrays.copyOfRange(weights.get("W_E"), TOKENS[row * LENGTH + t] * WIDTH, (TOKENS[row * LENGTH + t] + 1) * WIDTH);
                for (int layer = 0; layer < 2; layer++) {
                    String path = "layers." + layer + ".";
                    h[layer] = kind == RecurrentModel.Kind.GRU ? gru(weights, path, x, h[layer]) : rnn(weights, path, x, h[layer]);
                    x = h[layer];
                }
                double[] expected = affine(weights, "W_U", "b_U", x, VOCABULARY);
                for (int id = 0; id < VOCABULARY; id++) {
                    assertThat(logits[(row * LENGTH + t) * VOCABULARY + id]).as("row %d, position %d, id %d", row, t, id).isCloseTo(expected[id], within(1e-12));
                }
            }
        }
    }

    private static double[] gru(Map<String, double[]> w, String path, double[] x, double[] h) {
        double[] next = new double[WIDTH];
        Function<String, double[]> ofX = gate -> affine(w, path + "W_i" + gate, path + "b_i" + gate, x, WIDTH);
        Function<String, double[]> ofH = gate -> affine(w, path + "W_h" + gate, path + "b_h" + gate, h, WIDTH);
        DoubleUnaryOperator sigmoid = a -> 1 / (1 + Math.exp(-a));
        for (int i = 0; i < WIDTH; i++) {
            double r = sigmoid.applyAsDouble(ofX.apply("r")[i] + ofH.apply("r")[i]);
            double z = sigmoid.applyAsDouble(ofX.apply("z")[i] + ofH.apply("z")[i]);
            double n = Math.tanh(ofX.apply("n")[i] + r * ofH.apply("n")[i]);
            next[i] = (1 - z) * n + z * h[i];
        }
        return next;
    }

    private static double[] rnn(Map<String, double[]> w, String path, double[] x, double[] h) {
        double[] next = new double[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            next[i] = Math.tanh(affine(w, path + "W_ih", path + "b_ih", x, WIDTH)[i] + affine(w, path + "W_hh", path + "b_hh", h, WIDTH)[i]);
        }
        return next;
    }

    private static double[] affine(Map<String, double[]> weights, String weight, String bias, double[] x, int out) {
        double[] y = new double[out];
        for (int o = 0; o < out; o++) {
            y[o] = weights.get(bias)[o];
            for (int i = 0; i < x.length; i++) {
                y[o] += x[i] * weights.get(weight)[i * out + o];
            }
        }
        return y;
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAreThoseOfFiniteDifferences(RecurrentModel.Kind kind) {
        RecurrentModel model = model(kind);
        List<Tensor> values = model.parameters().stream().map(Parameter::value).toList();
        double[][] gradients;
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            values.forEach(tape::watch);
            Tensor[] found = tape.gradients(model.loss(Pass.evaluation(tape), tokens(), targets()), values);
            gradients = java.util.Arrays.stream(found).map(gradient -> backend.download(gradient).toDoubles()).toArray(double[][]::new);
        }
        double step = 1e-5;
        for (int p = 0; p < values.size(); p++) {
            Parameter parameter = model.parameters().get(p);
            double[] start = backend.download(parameter.value()).toDoubles().clone();
            for (int i = 0; i < start.length; i++) {
                double slope = (loss(model, parameter, start, i, step) - loss(model, parameter, start, i, -step)) / (2 * step);
                assertThat(gradients[p][i]).as("%s[%d]", parameter.name(), i).isCloseTo(slope, within(1e-9));
            }
            parameter.set(values.get(p));
        }
    }

    private double loss(RecurrentModel model, Parameter parameter, double[] start, int index, double change) {
        double[] moved = start.clone();
        moved[index] += change;
        parameter.set(backend.upload(HostArray.of(parameter.shape(), moved)));
        return backend.download(model.loss(Pass.evaluation(backend), tokens(), targets())).scalar();
    }

    @ParameterizedTest
    @EnumSource
    void sequencesAreIndependentAndTheFutureIsUnseen(RecurrentModel.Kind kind) {
        RecurrentModel model = model(kind);
        double[] before = backend.download(model.forward(Pass.evaluation(backend), tokens())).toDoubles();
        int[] changed = TOKENS.clone();
        changed[LENGTH + 2] = 3;
        double[] after = backend.download(model.forward(Pass.evaluation(backend), upload(changed))).toDoubles();
        for (int position = 0; position < BATCH * LENGTH; position++) {
            boolean reached = position >= LENGTH + 2 && position < 2 * LENGTH;
            double difference = 0;
            for (int id = 0; id < VOCABULARY; id++) {
                difference += Math.abs(after[position * VOCABULARY + id] - before[position * VOCABULARY + id]);
            }
            assertThat(difference > 0).as("position %d", position).isEqualTo(reached);
        }
    }

    @Test
    void layersOwnTheirParameters() {
        RecurrentModel model = model(RecurrentModel.Kind.GRU);
        assertThat(model.layerPaths()).containsExactly("layers.0", "layers.1");
        assertThat(model.parameterCount()).isEqualTo(2L * VOCABULARY * WIDTH + VOCABULARY + 2L * 6 * (WIDTH * WIDTH + WIDTH));
        double bound = 1 / Math.sqrt(WIDTH);
        assertThat(java.util.Arrays.stream(backend.download(model.parameters().stream().filter(parameter -> parameter.name().equals("layers.1.W_hn")).findFirst().orElseThrow().value())
                .toDoubles())).allMatch(value -> Math.abs(value) <= bound).anyMatch(value -> Math.abs(value) > bound / 2);
    }

    private Tensor tokens() {
        return upload(TOKENS);
    }

    private Tensor targets() {
        return upload(TARGETS);
    }

    private Tensor upload(int[] ids) {
        return backend.upload(HostArray.of(Shape.of(BATCH, LENGTH), ids));
    }
}
