package io.fluxo.checkpoint;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.layer.position.Rope;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Fluxo's models in Hugging Face's layout: read back they are the same; one that has the shape of no architecture is refused with the reason. */
class ExportTest {

    private static final Setup SETUP = Setup.ALL.getFirst();

    @TempDir
    private Path directory;

    private static ModelSpec small() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 12).with(N_HEADS, 3).with(D_MLP, 20).with(N_CTX, 9).with(D_VOCAB, 9).with(NORM_AFFINE, true)
                .with(INIT, "normal").with(INIT_STD, 0.4);
    }

    private static ModelSpec llama() {
        return small().with(NORM, "rms_norm").with(ACT_FN, "swiglu").with(POSITIONS, "rope").with(BIAS, false);
    }

    /** What can be exported, by a name that begins with the architecture's. */
    static Map<String, ModelSpec> shapes() {
        Map<String, ModelSpec> shapes = new LinkedHashMap<>();
        shapes.put("gpt2", small().with(ACT_FN, "gelu_tanh"));
        shapes.put("gpt2 tied", small().with(ACT_FN, "relu").with(TIED_HEAD, true).with(DROPOUT, 0.1).with(NORM_EPS, 1e-3));
        shapes.put("llama", llama());
        shapes.put("llama shared heads", llama().with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2).with(D_HEAD, 6).with(TIED_HEAD, true));
        shapes.put("llama biases", llama().with(BIAS, true).with(ACT_FN, "geglu_tanh").with(ROPE_THETA, 100.0));
        shapes.put("llama some biases", llama().with(MLP_BIAS, BiasKind.ALWAYS).with(ACT_FN, "geglu"));
        shapes.put("llama llama3", llama().withAll(Map.of("positions", Choice.of("rope").with(Rope.SCALING, Rope.Kind.LLAMA3).with(Rope.FACTOR, 8.0).with(Rope.ORIGINAL_N_CTX, 16))));
        shapes.put("llama yarn", llama().withAll(Map.of("positions", Choice.of("rope").with(Rope.SCALING, Rope.Kind.YARN).with(Rope.FACTOR, 4.0).with(Rope.ORIGINAL_N_CTX, 16))));
        shapes.put("bert", small().with(PLACEMENT, "post").with(ACT_FN, "gelu").with(MASK, MaskKind.BIDIRECTIONAL).with(EMBED_NORM, true).with(N_TOKEN_TYPES, 2)
                .with(MLM_HEAD, true).with(HEAD_BIAS, true).with(TIED_HEAD, true));
        return shapes;
    }

    @TestFactory
    Stream<DynamicTest> whatIsExportedIsTheSameModelWhenItIsRead() {
        return shapes().entrySet().stream().map(shape -> DynamicTest.dynamicTest(shape.getKey(), () -> {
            Path folder = directory.resolve(shape.getKey());
            ModelSpec spec = shape.getValue();
            try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
                LanguageModel model = ModelBuilder.build(spec, Architectures.CATALOG);
                model.initialize(backend, SETUP.dtype(), RandomKey.of(3));
                assertThat(ModelDirectory.export(folder, spec, model, Architectures.CATALOG, backend)).isEqualTo(shape.getKey().split(" ")[0]);
                LanguageModel read = ModelDirectory.read(folder, Architectures.CATALOG, backend, SETUP.dtype());
                assertThat(logits(read, backend)).isEqualTo(logits(model, backend));
            }
        }));
    }

    @Test
    void aModelOnDiskIsExportedAsTheOneInMemory() throws Exception {
        ModelSpec spec = shapes().get("gpt2");
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, Architectures.CATALOG);
            model.initialize(backend, SETUP.dtype(), RandomKey.of(3));
            ModelDirectory.write(directory.resolve("own"), spec, model, backend);
            ModelDirectory.export(directory.resolve("own"), directory.resolve("one"), Architectures.CATALOG);
            ModelDirectory.export(directory.resolve("other"), spec, model, Architectures.CATALOG, backend);
        }
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            assertThat(Files.readAllBytes(directory.resolve("one").resolve(file))).isEqualTo(Files.readAllBytes(directory.resolve("other").resolve(file)));
        }
    }

    @TestFactory
    Stream<DynamicTest> whatHasTheShapeOfNoneIsRefusedWithTheReason() {
        Map<String, UnaryOperator<ModelSpec>> refused = new LinkedHashMap<>();
        refused.put("gpt2: placement is post, not pre", spec -> spec.with(PLACEMENT, "post"));
        refused.put("gpt2: norm_affine is false, not true", spec -> spec.with(NORM_AFFINE, false));
        refused.put("gpt2: positions is sinusoidal, not learned", spec -> spec.with(POSITIONS, "sinusoidal"));
        refused.put("gpt2: qkv_bias is never, not bias", spec -> spec.with(QKV_BIAS, BiasKind.NEVER));
        refused.put("gpt2: d_head is 7, not 0", spec -> spec.with(D_HEAD, 7));
        refused.put("gpt2: act_fn is geglu, not gelu", spec -> spec.with(ACT_FN, "geglu"));
        refused.put("head_bias is true, not false", spec -> spec.with(HEAD_BIAS, true));
        refused.put("family is gru, not transformer", spec -> ModelSpec.DEFAULT.with(FAMILY, Family.GRU).with(D_VOCAB, 9));
        return refused.entrySet().stream().map(one -> DynamicTest.dynamicTest(one.getKey(), () ->
                assertThatThrownBy(() -> ModelDirectory.requireExportable(directory, one.getValue().apply(shapes().get("gpt2")), Architectures.CATALOG))
                        .isInstanceOf(CheckpointException.class).hasMessageContaining("the shape of no architecture").hasMessageContaining(one.getKey())));
    }

    private void written(Path to, Optional<CharacterTokenizer> tokenizer) {
        ModelSpec spec = shapes().get("gpt2");
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, Architectures.CATALOG);
            model.initialize(backend, SETUP.dtype(), RandomKey.of(3));
            ModelDirectory.write(to, spec, model, tokenizer, backend);
        }
    }

    @Test
    void theCharactersGoWithTheModel() throws Exception {
        CharacterTokenizer tokenizer = new CharacterTokenizer(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i"));
        written(directory.resolve("own"), Optional.of(tokenizer));
        Path exported = directory.resolve("exported");
        assertThat(ModelDirectory.export(directory.resolve("own"), exported, Architectures.CATALOG)).isEqualTo("gpt2");
        assertThat(CharacterTokenizer.read(exported)).contains(tokenizer);
        assertThat(Files.readString(exported.resolve("config.json"))).contains("\"architectures\" : [\n    \"GPT2LMHeadModel\"\n  ]");
        written(directory.resolve("own"), Optional.empty());
        ModelDirectory.export(directory.resolve("own"), exported, Architectures.CATALOG);
        assertThat(CharacterTokenizer.read(exported)).as("those of the model before").isEmpty();
    }

    @Test
    void aModelIsNotExportedOntoItself() {
        written(directory, Optional.empty());
        assertThatThrownBy(() -> ModelDirectory.export(directory, directory.resolve("a/.."), Architectures.CATALOG)).isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith("is where the model itself lies; export it to another folder");
        assertThat(ModelDirectory.readSpec(directory, Architectures.CATALOG)).isEqualTo(shapes().get("gpt2"));
    }

    @Test
    void fourReasonsAreTold() {
        ModelSpec gpt2 = shapes().get("gpt2");
        ModelSpec four = gpt2.with(PLACEMENT, "post").with(D_HEAD, 7).with(NORM_AFFINE, false).with(POSITIONS, "sinusoidal");
        assertThat(reasons(four)).hasSize(4).noneMatch(reason -> reason.contains("…"));
        List<String> more = reasons(four.with(HEAD_BIAS, true));
        assertThat(more).hasSize(5).last().isEqualTo("…");
    }

    /** Those of gpt2. */
    private List<String> reasons(ModelSpec spec) {
        String message = assertThatThrownBy(() -> ModelDirectory.requireExportable(directory, spec, Architectures.CATALOG)).isInstanceOf(CheckpointException.class).actual().getMessage();
        return List.of(Stream.of(message.split("; |: ")).dropWhile(part -> !part.equals("gpt2")).skip(1).findFirst().orElseThrow().split(", (?!not )"));
    }

    @Test
    void partsOfATensorStandInTheirOrderWhicheverCellComesFirst() {
        ModelSpec spec = shapes().get("gpt2");
        Export export = Export.of(spec, Architectures.CATALOG, directory);
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, Architectures.CATALOG);
            model.initialize(backend, SETUP.dtype(), RandomKey.of(3));
            List<double[]> forward = stored(export, model.cells(), backend);
            assertThat(stored(export, model.cells().reversed(), backend)).usingRecursiveComparison().isEqualTo(forward);
        }
    }

    private static List<double[]> stored(Export export, List<Cell> cells, Backend backend) {
        return export.tensors(new ArrayList<>(cells), SETUP.dtype(), cell -> backend.download(cell.value())).stream().map(item -> item.values().get().toDoubles()).toList();
    }

    @Test
    void aConfigurationThatBreaksARuleIsRefusedBeforeAnythingIsBuilt() throws Exception {
        written(directory, Optional.empty());
        Path config = directory.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"d_model\" : 12", "\"d_model\" : 13"));
        assertThatThrownBy(() -> ModelDirectory.readSpec(directory, Architectures.CATALOG)).isInstanceOf(CheckpointException.class).hasMessageStartingWith(config + ": ")
                .hasMessageContaining("13");
    }

    @Test
    void aModelIsFilledFromAFolder() {
        written(directory, Optional.empty());
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel one = ModelDirectory.read(directory, Architectures.CATALOG, backend, SETUP.dtype());
            LanguageModel other = ModelBuilder.build(shapes().get("gpt2"), Architectures.CATALOG);
            ModelDirectory.fill(directory, other, Architectures.CATALOG, backend, SETUP.dtype());
            assertThat(logits(other, backend)).isEqualTo(logits(one, backend));
        }
    }

    /** Of tied weights some programs write both. */
    @Test
    void aHeadThatIsTiedHasToBeTheEmbedding() {
        ModelSpec spec = shapes().get("gpt2 tied");
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, Architectures.CATALOG);
            model.initialize(backend, SETUP.dtype(), RandomKey.of(3));
            ModelDirectory.export(directory, spec, model, Architectures.CATALOG, backend);
            Path file = directory.resolve("model.safetensors");
            Map<String, HostArray> tensors = new LinkedHashMap<>();
            try (Safetensors read = Safetensors.open(file)) {
                read.names().forEach(name -> tensors.put(name, read.read(name)));
            }
            HostArray embedding = tensors.get("transformer.wte.weight");
            tensors.put("lm_head.weight", embedding);
            Safetensors.write(file, tensors);
            assertThat(logits(ModelDirectory.read(directory, Architectures.CATALOG, backend, SETUP.dtype()), backend)).isEqualTo(logits(model, backend));
            double[] values = embedding.toDoubles().clone();
            values[5] += 1;
            tensors.put("lm_head.weight", HostArray.of(embedding.shape(), embedding.dtype(), values));
            Safetensors.write(file, tensors);
            assertThatThrownBy(() -> ModelDirectory.read(directory, Architectures.CATALOG, backend, SETUP.dtype())).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("the tensor 'lm_head.weight' has to be the same as 'transformer.wte.weight'");
        }
    }

    private static double[] logits(LanguageModel model, Backend backend) {
        Tensor ids = backend.upload(HostArray.of(Shape.of(2, 7), 0, 1, 2, 3, 4, 5, 6, 6, 6, 0, 1, 8, 2, 5));
        return backend.download(model.forward(Pass.evaluation(backend), ids)).toDoubles();
    }
}
