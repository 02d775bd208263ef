package io.fluxo.golden;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import io.fluxo.train.TrainingSpec.Decay;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Three steps of training lead where PyTorch's model and {@code torch.optim} lead, loss by loss and parameter by parameter. */
class TrainingGoldenTest {

    private static final GoldenFile GOLDENS = GoldenFile.load("training.safetensors");

    static Stream<Arguments> runs() {
        return Setup.with(GOLDENS.names());
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("runs")
    void lossesAndParametersAgreeStepByStep(Setup setup, String run) {
        JsonNode about = GOLDENS.about(run);
        TrainingSpec training = training(about);
        Transformer model = ModelBuilder.transformer(spec(about), ModelParts.CATALOG);
        try (Backend backend = setup.open()) {
            model.fill(parameter -> setup.upload(backend, GOLDENS.get(golden(run, parameter), 0)));
            Trainer trainer = new Trainer(backend, model, training, TrainingParts.CATALOG, RandomKey.of(1));
            for (int t = 1; t <= training.get(STEPS); t++) {
                int[] windows = (int[]) GOLDENS.get(run + "/windows", t - 1).array();
                double loss = trainer.step(t, windows, training.get(BATCH), Set.of()).loss();
                Setup.assertClose("the loss of step " + t, HostArray.of(Shape.SCALAR, loss),
                        GOLDENS.get(run + "/losses", t - 1), setup.tolerance(0));
                for (Parameter parameter : model.parameters()) {
                    Setup.assertClose(parameter.name() + " after step " + t, backend.download(parameter.value()),
                            GOLDENS.get(golden(run, parameter), t), tolerance(setup, training, parameter));
                }
            }
        }
    }

    static List<String> names() {
        return GOLDENS.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theGoldensNameExactlyTheModelsParameters(String run) {
        Stream<String> stored = GOLDENS.tensors().keySet().stream().filter(name -> name.startsWith(run + "/param/"));
        assertThat(ModelBuilder.transformer(spec(GOLDENS.about(run)), ModelParts.CATALOG).parameters())
                .extracting(parameter -> golden(run, parameter)).containsExactlyInAnyOrderElementsOf(stored.toList());
    }

    private static double tolerance(Setup setup, TrainingSpec training, Parameter parameter) {
        // A bias common to all keys moves no attention weight: its gradient is 0, and what rounding leaves of it Adam scales up to the size of any other step.
        boolean noise = parameter.name().endsWith("b_K") && setup.dtype() == DType.F32 && !training.get(OPTIMIZER).is("sgd");
        return noise ? 2 * training.get(STEPS) * training.get(LR) : 10 * setup.tolerance(0);
    }

    private static String golden(String run, Cell parameter) {
        return run + "/param/" + parameter.name();
    }

    private static ModelSpec spec(JsonNode about) {
        return ModelSpec.DEFAULT.with(N_LAYERS, about.get("n_layers").asInt()).with(D_MODEL, about.get("d_model").asInt()).with(N_HEADS, about.get("n_heads").asInt())
                .with(D_MLP, about.get("d_mlp").asInt()).with(N_CTX, about.get("n_ctx").asInt()).with(D_VOCAB, about.get("d_vocab").asInt())
                .with(ACT_FN, about.get("act_fn").asString()).with(PLACEMENT, about.get("placement").asString())
                .with(NORM_AFFINE, true).with(NORM_EPS, about.get("norm_eps").asDouble()).with(TIED_HEAD, about.get("tied_head").asBoolean());
    }

    private static TrainingSpec training(JsonNode about) {
        return TrainingSpec.DEFAULT.with(OPTIMIZER, about.get("optimizer").asString())
                .with(BETAS, List.of(about.get("betas").get(0).asDouble(), about.get("betas").get(1).asDouble())).with(EPSILON, about.get("epsilon").asDouble()).with(LR, about.get("lr").asDouble())
                .with(WARMUP, about.get("warmup").asInt()).with(WEIGHT_DECAY, about.get("weight_decay").asDouble()).with(DECAY, Decay.valueOf(about.get("decay").asString().toUpperCase(Locale.ROOT))).with(BATCH, about.get("batch").asInt()).with(STEPS, about.get("steps").asInt());
    }
}
