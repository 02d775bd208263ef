package io.fluxo.checkpoint;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Parameter;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.LanguageModel;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class ModelDirectoryTest {

    private static final List<Setup> SETUPS = Setup.ALL;
    private static final Setup SETUP = SETUPS.getFirst();
    private static final ModelSpec SPEC = spec("pre", true);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @FieldSource("SETUPS")
    void aModelComesBackBitForBit(Setup setup) {
        ModelSpec spec = spec("post", false);
        try (Backend backend = setup.open()) {
            LanguageModel written = model(spec, backend, setup.dtype());
            ModelDirectory.write(directory, spec, written, backend);

            assertThat(ModelDirectory.readSpec(directory, ModelParts.CATALOG)).isEqualTo(spec);
            LanguageModel read = ModelDirectory.read(directory, ModelParts.CATALOG, backend, setup.dtype());
            assertThat(values(read, backend)).usingRecursiveComparison().isEqualTo(values(written, backend));
        }
    }

    @Test
    void aTokenizerLiesBesideItsModelAndGoesWithIt() {
        CharacterTokenizer tokenizer = new CharacterTokenizer(List.of("\n", "a", "b", "c", "d"));
        try (Backend backend = SETUP.open()) {
            ModelDirectory.write(directory, SPEC, model(SPEC, backend, DType.F64), Optional.of(tokenizer), backend);
            assertThat(CharacterTokenizer.read(directory)).contains(tokenizer);
            ModelDirectory.write(directory, SPEC, model(SPEC, backend, DType.F64), backend);
            assertThat(CharacterTokenizer.read(directory)).as("that of the model before").isEmpty();
        }
    }

    @Test
    void theSameModelGivesTheSameBytesAndNoOtherFiles() throws IOException {
        Path other = directory.resolve("other");
        Path one = directory.resolve("one");
        try (Backend backend = SETUP.open()) {
            ModelDirectory.write(one, SPEC, model(SPEC, backend, DType.F64), backend);
            ModelDirectory.write(other, SPEC, model(SPEC, backend, DType.F64), backend);
        }
        try (var files = Files.list(one)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("config.json", "model.safetensors");
        }
        for (String file : List.of("config.json", "model.safetensors")) {
            assertThat(Files.readAllBytes(one.resolve(file))).isEqualTo(Files.readAllBytes(other.resolve(file)));
        }
        assertThat(one.resolve("config.json")).content().startsWith("{\n  \"model_type\" : \"fluxo\",\n  \"family\" : \"transformer\",\n  \"n_layers\" : 2,").contains("\"act_fn\" : \"gelu_tanh\"");
    }

    @Test
    void valuesAreCastToTheTypeAskedFor() {
        try (Backend backend = SETUP.open()) {
            LanguageModel written = model(SPEC, backend, DType.F64);
            ModelDirectory.write(directory, SPEC, written, backend);
            LanguageModel read = ModelDirectory.read(directory, ModelParts.CATALOG, backend, DType.F32);
            assertThat(values(read, backend).get("W_E").dtype()).isEqualTo(DType.F32);
            assertThat(values(read, backend).get("W_E").toFloats()).isEqualTo(values(written, backend).get("W_E").toFloats());
        }
    }

    @Test
    void aModelInSeveralFilesIsRead() throws IOException {
        try (Backend backend = SETUP.open()) {
            LanguageModel written = model(SPEC, backend, DType.F64);
            ModelDirectory.write(directory, SPEC, written, backend);
            Map<String, HostArray> first = values(written, backend);
            Map<String, HostArray> second = Map.of("W_E", first.remove("W_E"));
            Files.delete(directory.resolve("model.safetensors"));
            Safetensors.write(directory.resolve("one.safetensors"), first);
            Safetensors.write(directory.resolve("two.safetensors"), second);
            StringBuilder map = new StringBuilder("\"W_E\":\"two.safetensors\"");
            first.keySet().forEach(name -> map.append(",\"%s\":\"one.safetensors\"".formatted(name)));
            Files.writeString(directory.resolve("model.safetensors.index.json"), "{\"weight_map\":{%s}}".formatted(map));

            LanguageModel read = ModelDirectory.read(directory, ModelParts.CATALOG, backend, DType.F64);
            assertThat(values(read, backend)).usingRecursiveComparison().isEqualTo(values(written, backend));
        }
    }

    @Test
    void anInterruptedWriteDoesNotLookComplete() {
        try (Backend backend = SETUP.open()) {
            ModelDirectory.write(directory, SPEC, model(SPEC, backend, DType.F64), backend);
            LanguageModel uninitialised = ModelBuilder.build(SPEC, ModelParts.CATALOG);
            assertThatThrownBy(() -> ModelDirectory.write(directory, SPEC, uninitialised, backend)).hasMessageContaining("has no value yet");
            assertThatThrownBy(() -> ModelDirectory.readSpec(directory, ModelParts.CATALOG)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("config.json: there is no such file");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "n_layers" : 2             | "n_layer" : 2               | unknown key 'n_layer'; perhaps n_layers was meant
            "n_layers" : 2             | "n_layers" : 2.5            | n_layers must be a whole number, not '2.5'
            "n_layers" : 2             | "n_layers" : 99999999       | n_layers must be at least 0 and at most 10000, not 99999999
            "n_layers" : 2             | "n_layers" : 1              | not in the model 16 tensors: 'blocks.1.attn.W_K'
            "n_layers" : 2             | "n_layers" : 3              | missing 16 tensors: 'blocks.2.attn.W_K', 'blocks.2.attn.W_O'
            "d_mlp" : 8                | "d_mlp" : 9                 | the tensor 'blocks.0.mlp.W_in' is [4, 8], but the model needs [d_model=4, d_mlp=9]
            "d_mlp" : 8                | "d_mlp" : -1                | d_mlp must be at least 1, not -1
            "d_mlp" : 8                | "d_mlp" : "8"               | d_mlp must be a whole number, not '"8"'
            "d_vocab" : 5              | "d_vocab" : 2147483647      | larger than one array holds
            "d_head" : 3               | "d_head" : 2147483647       | the axis n_heads·d_head=4294967294 is longer than one array can be
            "act_fn" : "gelu_tanh"     | "act_fn" : "swish"          | unknown act_fn 'swish' (legal: relu, gelu, gelu_tanh
            "placement" : "pre"        | "placement" : "middle"      | unknown placement 'middle' (legal: attn_res
            "norm" : "layer_norm"      | "norm" : "none_such"        | unknown norm 'none_such' (legal: batch_norm
            "bias" : true              | "bias" : null               | bias must be true or false, not 'null'
            "bias" : true              | "bias" : true, "bias": true | is not JSON at line
            "model_type" : "fluxo"     | "model_type" : "gpt9"       | model_type is 'gpt9'; it must be
            "model_type" : "fluxo",    | ` `                         | model_type is missing
            """)
    void aConfigurationThatDoesNotFitIsExplained(String good, String bad, String message) throws IOException {
        try (Backend backend = SETUP.open()) {
            ModelDirectory.write(directory, SPEC, model(SPEC, backend, DType.F64), backend);
            Path config = directory.resolve("config.json");
            String content = Files.readString(config);
            assertThat(content).contains(good);
            Files.writeString(config, content.replace(good, bad));
            assertThatThrownBy(() -> ModelDirectory.read(directory, ModelParts.CATALOG, backend, DType.F64)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(message).hasMessageContaining(directory.toString());
        }
    }

    @Test
    void aKeyLeftOutHasItsDefault() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"fluxo\", \"d_vocab\": 9}");
        assertThat(ModelDirectory.readSpec(directory, ModelParts.CATALOG)).isEqualTo(ModelSpec.DEFAULT.withVocabulary(9));
    }

    @Test
    void parametersOfAnIntegerTypeAreRefused() {
        try (Backend backend = SETUP.open()) {
            LanguageModel written = model(SPEC, backend, DType.F64);
            ModelDirectory.write(directory, SPEC, written, backend);
            Map<String, HostArray> tensors = values(written, backend);
            tensors.put("W_E", HostArray.of(Shape.of(5, 4), new int[20]));
            Safetensors.write(directory.resolve("model.safetensors"), tensors);
            assertThatThrownBy(() -> ModelDirectory.read(directory, ModelParts.CATALOG, backend, DType.F64)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("'W_E' is i32, but a parameter is a floating type");
        }
    }

    private static ModelSpec spec(String placement, boolean tied) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(N_HEADS, 2).with(D_HEAD, 3).with(D_MLP, 8).with(N_CTX, 6).with(D_VOCAB, 5).with(ACT_FN, "gelu_tanh").with(PLACEMENT, placement)
                .with(NORM_AFFINE, true).with(NORM_EPS, 1e-6).with(TIED_HEAD, tied).with(DROPOUT, 0.1).with(EMBED_STD, 0.02);
    }

    private static LanguageModel model(ModelSpec spec, Backend backend, DType dtype) {
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, dtype, RandomKey.of(7));
        return model;
    }

    private static Map<String, HostArray> values(LanguageModel model, Backend backend) {
        Map<String, HostArray> values = new TreeMap<>();
        for (Parameter parameter : model.parameters()) {
            values.put(parameter.name(), backend.download(parameter.value()));
        }
        return values;
    }
}
