package io.fluxo.checkpoint;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
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
import java.util.LinkedHashMap;
import java.util.Map;
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

    private static double[] logits(LanguageModel model, Backend backend) {
        Tensor ids = backend.upload(HostArray.of(Shape.of(2, 7), 0, 1, 2, 3, 4, 5, 6, 6, 6, 0, 1, 8, 2, 5));
        return backend.download(model.forward(Pass.evaluation(backend), ids)).toDoubles();
    }
}
