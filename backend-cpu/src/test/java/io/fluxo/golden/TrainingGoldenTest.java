package io.fluxo.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingSpec;
import io.fluxo.train.TrainingSpec.Decay;
import io.fluxo.train.TrainingSpec.Optimizer;
import io.fluxo.train.TrainingSpec.Schedule;
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
        Transformer model = ModelBuilder.transformer(spec(about), Catalog.STANDARD);
        try (Backend backend = setup.open()) {
            model.fill(parameter -> setup.upload(backend, GOLDENS.get(golden(run, parameter), 0)));
            Trainer trainer = new Trainer(backend, model, training, RandomKey.of(1));
            for (int t = 1; t <= training.steps(); t++) {
                int[] windows = (int[]) GOLDENS.get(run + "/windows", t - 1).array();
                double loss = trainer.step(t, windows, training.batch(), Set.of()).loss();
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
        assertThat(ModelBuilder.transformer(spec(GOLDENS.about(run)), Catalog.STANDARD).parameters())
                .extracting(parameter -> golden(run, parameter)).containsExactlyInAnyOrderElementsOf(stored.toList());
    }

    private static double tolerance(Setup setup, TrainingSpec training, Parameter parameter) {
        // A bias common to all keys moves no attention weight: its gradient is 0, and what rounding leaves of it Adam scales up to the size of any other step.
        boolean noise = parameter.name().endsWith("b_K") && setup.dtype() == DType.F32 && training.optimizer() != Optimizer.SGD;
        return noise ? 2 * training.steps() * training.lr() : 10 * setup.tolerance(0);
    }

    private static String golden(String run, Cell parameter) {
        return run + "/param/" + parameter.name();
    }

    private static ModelSpec spec(JsonNode about) {
        return ModelSpec.builder().nLayers(about.get("n_layers").asInt()).dModel(about.get("d_model").asInt()).nHeads(about.get("n_heads").asInt())
                .dMlp(about.get("d_mlp").asInt()).nCtx(about.get("n_ctx").asInt()).dVocab(about.get("d_vocab").asInt())
                .actFn(ActFn.valueOf(about.get("act_fn").asString().toUpperCase(Locale.ROOT))).placement(about.get("placement").asString())
                .normAffine(true).normEps(about.get("norm_eps").asDouble()).tiedHead(about.get("tied_head").asBoolean()).build();
    }

    private static TrainingSpec training(JsonNode about) {
        return new TrainingSpec(Optimizer.valueOf(about.get("optimizer").asString().toUpperCase(Locale.ROOT)),
                List.of(about.get("betas").get(0).asDouble(), about.get("betas").get(1).asDouble()), about.get("epsilon").asDouble(), about.get("lr").asDouble(),
                about.get("warmup").asInt(), Schedule.CONSTANT, about.get("weight_decay").asDouble(),
                Decay.valueOf(about.get("decay").asString().toUpperCase(Locale.ROOT)), 0, about.get("batch").asInt(), about.get("steps").asInt(), 0);
    }
}
