package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models with random weights: exchanging a token leaves the bits of what it is proved not to reach, and changes all the rest. */
class ModelDependenceTest {

    private static final int BATCH = 2;
    private static final int LENGTH = 5;
    private static final int VOCABULARY = 7;

    static Stream<Arguments> models() {
        List<Arguments> models = new ArrayList<>();
        for (Setup setup : Setup.ALL) {
            for (String placement : List.of("post", "pre")) {
                for (MaskKind mask : MaskKind.values()) {
                    models.add(Arguments.of(setup, spec(placement, "layer_norm", mask, "learned", "relu")));
                    models.add(Arguments.of(setup, spec(placement, "rms_norm", mask, "sinusoidal", "gelu")));
                }
            }
        }
        return models.stream();
    }

    private static ModelSpec spec(String placement, String norm, MaskKind mask, String positions, String actFn) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 8).with(N_HEADS, 3).with(D_HEAD, 2).with(D_MLP, 12).with(N_CTX, LENGTH).with(D_VOCAB, VOCABULARY)
                .with(ACT_FN, actFn).with(PLACEMENT, placement)
                .with(NORM, norm).with(NORM_AFFINE, true).with(MASK, mask).with(POSITIONS, positions);
    }

    @ParameterizedTest
    @MethodSource("models")
    void numbersFollowTheProof(Setup setup, ModelSpec spec) {
        TokenFlow flow = TokenFlow.of(spec, ModelParts.CATALOG, LENGTH);
        RandomKey key = RandomKey.of(11);
        try (Backend backend = setup.open()) {
            Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
            model.fill(parameter -> backend.upload(HostArray.of(parameter.shape(),
                    Initializer.normal(0.7).sample(parameter.shape(), key.split(parameter.name()))).cast(setup.dtype())));
            int[] tokens = new int[BATCH * LENGTH];
            Arrays.setAll(tokens, i -> key.below(VOCABULARY, i));
            Map<String, double[]> before = run(backend, model, tokens);
            for (int token = 0; token < LENGTH; token++) {
                int[] exchanged = tokens.clone();
                exchanged[token] = (exchanged[token] + 1) % VOCABULARY;
                compare(flow, before, run(backend, model, exchanged), token);
            }
        }
    }

    /** Token {@code token} of sequence 0 was exchanged. */
    private static void compare(TokenFlow flow, Map<String, double[]> before, Map<String, double[]> after, int token) {
        for (TokenFlow.Point point : flow.points()) {
            double[] one = before.get(point.name());
            double[] other = after.get(point.name());
            int width = one.length / (BATCH * LENGTH);
            for (int sequence = 0; sequence < BATCH; sequence++) {
                for (int row = 0; row < LENGTH; row++) {
                    int start = (sequence * LENGTH + row) * width;
                    boolean same = Arrays.equals(one, start, start + width, other, start, start + width);
                    assertThat(same).as("row %d of sequence %d at %s keeps its bits as token %d changes", row, sequence, point.name(), token)
                            .isEqualTo(!point.reach().reaches(0, token, sequence, row));
                }
            }
        }
    }

    private static Map<String, double[]> run(Backend backend, Transformer model, int[] tokens) {
        Cache cache = Cache.boundaries();
        Map<String, double[]> values = new TreeMap<>();
        var logits = model.forward(Pass.evaluation(backend).with(cache), backend.upload(HostArray.of(Shape.of(BATCH, LENGTH), tokens)));
        cache.values().forEach((name, value) -> values.put(name, backend.download(value).toDoubles()));
        values.put(TokenFlow.OUTPUT, backend.download(logits).toDoubles());
        return values;
    }
}
