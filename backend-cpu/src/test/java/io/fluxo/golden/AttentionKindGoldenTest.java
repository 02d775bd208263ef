package io.fluxo.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.layer.Buffer;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
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
        layers.forEach(layer -> layer.parameters().forEach(parameter ->
                assertThat(GOLDENS.get(name + "/param/" + parameter.name()).shape().sizes()).as(parameter.name()).isEqualTo(parameter.shape().sizes())));
        new OutputAndGradients(GOLDENS, setup, name).check(layers, backend ->
                layers.forEach(layer -> layer.buffers().forEach(buffer -> buffer.set(setup.upload(backend, frozen(buffer, name))))));
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
