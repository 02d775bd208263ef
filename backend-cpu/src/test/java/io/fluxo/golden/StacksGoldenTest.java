package io.fluxo.golden;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.block.Stack;
import io.fluxo.layer.Parameter;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The stacks of the residual wirings of 2024 to 2026, with random values in every cell, against their equations in PyTorch; and their gradients. */
class StacksGoldenTest {

    private static final GoldenFile GOLDENS = GoldenFile.load("stacks.safetensors");

    static Stream<Arguments> cases() {
        return Setup.with(GOLDENS.names());
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("cases")
    void theOutputAndEveryGradientAgree(Setup setup, String name) {
        ModelSpec spec = spec(GOLDENS.about(name));
        var model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
        Stack stack = model.stack();
        String prefix = name + "/param/";
        assertThat(stack.parameters().stream().map(Parameter::name)).containsExactlyInAnyOrderElementsOf(
                GOLDENS.tensors().keySet().stream().filter(key -> key.startsWith(prefix)).map(key -> key.substring(prefix.length())).toList());
        new OutputAndGradients(GOLDENS, setup, name).check(stack);
    }

    private static ModelSpec spec(JsonNode about) {
        return ModelSpec.DEFAULT.with(N_LAYERS, about.get("n_layers").asInt()).with(D_MODEL, about.get("d_model").asInt()).with(N_HEADS, about.get("n_heads").asInt())
                .with(D_MLP, about.get("d_mlp").asInt()).with(ACT_FN, about.get("act_fn").asString()).with(NORM_AFFINE, true).with(NORM_EPS, 1e-5)
                .with(N_CTX, 4).with(D_VOCAB, 3).withAll(Map.of("placement", placement(about.get("placement"))));
    }

    private static Choice placement(JsonNode written) {
        Choice choice = Choice.of(written.get("kind").asString());
        for (Key<?> key : ModelParts.CATALOG.part(Placement.KIND, choice).keys()) {
            JsonNode value = written.path(key.name());
            if (!value.isMissingNode()) {
                choice = choice.with(key, value.isBoolean() ? (Object) value.asBoolean() : value.isInt() ? (Object) value.asInt() : (Object) value.asDouble());
            }
        }
        return choice;
    }
}
