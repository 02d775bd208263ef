package io.fluxo.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Buffer;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.Gated;
import io.fluxo.layer.attention.GatedAttention;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.ScoreRule;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.model.ModelParts;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Attention's variants, and norms without statistics, compute what their equations written in PyTorch do, and so do their gradients. */
class AttentionKindGoldenTest {

    private static final GoldenFile GOLDENS = GoldenFile.load("attention_kinds.safetensors");
    private static final Dim WIDTH = Dim.of("d_model", 6);

    static Stream<Arguments> cases() {
        return Setup.with(GOLDENS.names());
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("cases")
    void theOutputAndEveryGradientAgree(Setup setup, String name) {
        List<Layer> layers = layers(name, GOLDENS.about(name));
        try (Backend backend = setup.open(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor x = setup.upload(backend, GOLDENS.get(name + "/x"));
            List<Parameter> parameters = layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
            List<Tensor> inputs = new ArrayList<>(List.of(x));
            for (Parameter parameter : parameters) {
                HostArray value = GOLDENS.get(name + "/param/" + parameter.name());
                assertThat(value.shape().sizes()).as(parameter.name()).isEqualTo(parameter.shape().sizes());
                parameter.set(setup.upload(backend, value));
                inputs.add(parameter.value());
            }
            layers.forEach(layer -> layer.buffers().forEach(buffer -> buffer.set(setup.upload(backend, frozen(buffer, name)))));
            inputs.forEach(tape::watch);
            Pass pass = Pass.evaluation(tape);
            Tensor y = x;
            for (Layer layer : layers) {
                y = layer.forward(pass, y);
            }
            check(setup, name + "/y", tape.download(y));

            Tensor[] gradients = tape.gradients(y, setup.upload(backend, GOLDENS.get(name + "/r")), inputs);
            check(setup, name + "/grad/x", backend.download(gradients[0]));
            for (int i = 1; i < gradients.length; i++) {
                check(setup, name + "/grad/" + parameters.get(i - 1).name(), backend.download(gradients[i]));
            }
        }
    }

    private static void check(Setup setup, String golden, HostArray actual) {
        Setup.assertClose(golden, actual, GOLDENS.get(golden), setup.tolerance(0));
    }

    /** The state of a norm that can be frozen: at the standard deviation that the goldens were made with. */
    private static HostArray frozen(Buffer buffer, String name) {
        return HostArray.of(buffer.shape(), buffer.name().endsWith("sigma") ? 1.3 : name.endsWith("frozen") ? 1.0 : 0.0);
    }

    private static List<Layer> layers(String name, JsonNode about) {
        Choice kind = Choice.of(about.get("kind").asString());
        if (about.get("part").asString().equals("norm")) {
            return List.of(ModelParts.CATALOG.part(NormFactory.KIND, kind).norm("", WIDTH, true, 1e-5));
        }
        Choice chosen = name.equals("gated_head") ? kind.with(Gated.GATE, GatedAttention.Width.HEAD) : kind;
        int layer = about.get("layer").asInt();
        Layer attention = attention("attn", chosen, about, layer);
        return chosen.name().equals("value_residual") ? List.of(attention("first", chosen, about, 0), attention) : List.of(attention);
    }

    private static Layer attention(String path, Choice kind, JsonNode about, int layer) {
        Dim width = Dim.of("d_head", about.get("d_head").asInt());
        var dims = new MultiHeadAttention.Dims(WIDTH, Dim.of("head", about.get("n_heads").asInt()), Dim.of("head", about.get("n_key_value_heads").asInt()), width, width);
        var design = new MultiHeadAttention.Design(Mask.valueOf(about.get("mask").asString().toUpperCase(Locale.ROOT)), true, true, Initializer.ZEROS, Initializer.ZEROS,
                Initializer.ZEROS, ScorePositions.NONE, Optional.empty(), ScoreRule.CHAPTER, Optional.empty(), 0, layer);
        return ModelParts.CATALOG.part(AttentionKind.KIND, kind).attention(path, dims, design);
    }
}
