package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.layer.Parameter;
import io.fluxo.random.RandomKey;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** With which standard deviation every parameter of a model is drawn, name by name. All sizes differ, so that no fan stands for another. */
class InitialValuesTest {

    private static final RandomKey KEY = RandomKey.of(31);

    /** d_model 6, queries 8, keys 4, values 4, results 8, d_mlp 10, d_vocab 7; three layers. */
    private static final ModelSpec SPEC = ModelSpec.DEFAULT.with(N_LAYERS, 3).with(D_MODEL, 6).with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2).with(D_HEAD, 2)
            .with(D_MLP, 10).with(N_CTX, 9).with(D_VOCAB, 7).with(EMBED_STD, 0.3).with(INIT_STD, 0.05).with(NORM_AFFINE, true);

    @Test
    void gpt2ShrinksWhatIsAddedToTheStreamByTheRootOfTwiceTheLayers() {
        double outer = 0.05 / Math.sqrt(6); // two sub-layers in each of three layers
        assertDeviations(SPEC.with(INIT, "gpt2").with(ACT_FN, "swiglu"), Map.of("W_E", 0.3, "W_pos", 0.3, "W_Q", 0.05, "W_K", 0.05, "W_V", 0.05, "W_O", outer,
                "W_gate", 0.05, "W_in", 0.05, "W_out", outer, "W_U", 0.05));
    }

    @Test
    void xavierGoesByBothFans() {
        assertDeviations(SPEC.with(INIT, "xavier_normal"), Map.of("W_E", 0.3, "W_pos", 0.3, "W_Q", Math.sqrt(2.0 / 14), "W_K", Math.sqrt(2.0 / 10),
                "W_V", Math.sqrt(2.0 / 10), "W_O", Math.sqrt(2.0 / 14), "W_in", Math.sqrt(2.0 / 16), "W_out", Math.sqrt(2.0 / 16), "W_U", Math.sqrt(2.0 / 13)));
    }

    /** β = (8L)^−¼ on values, results and the feed-forward network, not on queries and keys (Wang et al. 2022, figure 2). */
    @Test
    void deepNormShrinksWhatCarries() {
        double beta = 1 / Math.sqrt(Math.sqrt(24));
        assertDeviations(SPEC.with(INIT, "gpt2").with(PLACEMENT, "deep_norm"), Map.of("W_E", 0.3, "W_pos", 0.3, "W_Q", 0.05, "W_K", 0.05, "W_V", 0.05 * beta,
                "W_O", 0.05 * beta / Math.sqrt(6), "W_in", 0.05 * beta, "W_out", 0.05 * beta / Math.sqrt(6), "W_U", 0.05));
    }

    /** √n times as large what n streams take up; and what tokens add to the streams' weights begins at nothing. */
    @Test
    void hyperConnectionsEnlargeWhatJoinsTheStreams() {
        assertDeviations(SPEC.with(INIT, "gpt2").with(PLACEMENT, "hyper_connections"), Map.ofEntries(entry("W_E", 0.3), entry("W_pos", 0.3), entry("W_Q", 0.05), entry("W_K", 0.05),
                entry("W_V", 0.05), entry("W_O", 2 * 0.05 / Math.sqrt(6)), entry("W_in", 0.05), entry("W_out", 2 * 0.05 / Math.sqrt(6)), entry("W_U", 0.05), entry("W_m", 0.0),
                entry("W_B", 0.0), entry("W_r", 0.0)));
    }

    @ParameterizedTest
    @EnumSource(names = {"GRU", "RNN"})
    void recurrentModelsDrawTheirEmbeddingAlike(Family family) {
        Map<String, Parameter> parameters = ModelBuilder.build(SPEC.with(FAMILY, family), ModelParts.CATALOG).parameters().stream()
                .collect(Collectors.toMap(Parameter::name, parameter -> parameter));
        assertNormal(parameters.get("W_E"), 0.3);
        assertNormal(parameters.get("W_U"), Math.sqrt(2.0 / 13));
        parameters.values().stream().filter(parameter -> parameter.name().startsWith("layers.")).forEach(parameter -> {
            double bound = 1 / Math.sqrt(6); // PyTorch's, by the hidden width
            assertValues(parameter, i -> bound * (2 * key(parameter).uniform((long) i) - 1));
        });
    }

    /** Gains begin at 1 and biases at 0; ReZero's α at 0, dynamic tanh's at ½. */
    @ParameterizedTest
    @CsvSource({"pre, layer_norm", "norm_former, rms_norm", "rezero, layer_norm", "sandwich, dynamic_tanh", "post, batch_norm"})
    void gainsAreOneAndBiasesZero(String placement, String norm) {
        var model = ModelBuilder.build(SPEC.with(PLACEMENT, placement).with(NORM, norm), ModelParts.CATALOG);
        model.parameters().stream().filter(parameter -> !last(parameter.name()).startsWith("W_")).forEach(parameter -> {
            String name = last(parameter.name());
            double first = name.equals("w") ? 1 : name.equals("alpha") && parameter.name().contains("ln") ? 0.5 : 0;
            assertValues(parameter, _ -> first);
        });
    }

    private static void assertDeviations(ModelSpec spec, Map<String, Double> expected) {
        var matrices = ModelBuilder.build(spec, ModelParts.CATALOG).parameters().stream().filter(parameter -> parameter.name().contains("W_")).toList();
        assertThat(matrices).extracting(parameter -> last(parameter.name())).containsAll(expected.keySet());
        matrices.forEach(parameter -> assertNormal(parameter, expected.get(last(parameter.name()))));
    }

    private static void assertNormal(Parameter parameter, double deviation) {
        assertValues(parameter, i -> deviation * key(parameter).normal((long) i));
    }

    private static void assertValues(Parameter parameter, ToDoubleFunction<Integer> expected) {
        double[] values = parameter.initializer().sample(parameter.shape(), key(parameter));
        assertThat(values).hasSize(parameter.shape().elements());
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as("%s[%d]", parameter.name(), i).isCloseTo(expected.applyAsDouble(i), within(1e-15));
        }
    }

    private static RandomKey key(Parameter parameter) {
        return KEY.split(parameter.name());
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
