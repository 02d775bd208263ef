package io.fluxo.golden;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.network.Activation;
import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Our blocks compute what PyTorch's {@code nn.TransformerEncoderLayer} does, {@code norm_first} and not, and so do their gradients. */
class EncoderLayerGoldenTest {

    private static final GoldenFile GOLDENS = GoldenFile.load("encoder_layer.safetensors");

    static Stream<Arguments> cases() {
        return Setup.with(GOLDENS.names());
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("cases")
    void theOutputAndEveryGradientAgree(Setup setup, String name) {
        new OutputAndGradients(GOLDENS, setup, name).check(block(GOLDENS.about(name)));
    }

    private static Block block(JsonNode about) {
        Dim dModel = Dim.of("d_model", about.get("d_model").asInt());
        Dim heads = Dim.of("head", about.get("n_heads").asInt());
        Dim dHead = Dim.of("d_head", dModel.size() / heads.size());
        Mask mask = Mask.valueOf(about.get("mask").asString().toUpperCase(Locale.ROOT));
        Activation activation = switch (about.get("act_fn").asString()) {
            case "relu" -> Pass::relu;
            case "gelu" -> Pass::gelu;
            case "gelu_tanh" -> Pass::geluTanh;
            case String other -> throw new IllegalArgumentException(other);
        };
        return ModelParts.CATALOG.all(Placement.KIND).get(about.get("placement").asString()).block(new Placement.Parts("",
                new MultiHeadAttention("attn", new MultiHeadAttention.Dims(dModel, heads, dHead, dHead), mask, true, Initializer.ZEROS, 0),
                new FeedForward("mlp", dModel, Dim.of("d_mlp", about.get("d_mlp").asInt()), activation, true, Initializer.ZEROS, 0),
                norm -> new LayerNorm(norm, dModel, true, 1e-5)));
    }
}
