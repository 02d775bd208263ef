package io.fluxo.block;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.Transformer;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The per-token form of a block, its equations for x_i and [x_1 … x_N], agrees with its matrix form, row by row. */
class TokenFormTest {

    private static final int BATCH = 2;
    private static final int LENGTH = 5;
    private static final int WIDTH = 8;

    @ParameterizedTest
    @CsvSource({
        "post, CAUSAL,        2, 0",
        "post, BIDIRECTIONAL, 2, 0",
        "pre,  CAUSAL,        2, 0",
        "pre,  BIDIRECTIONAL, 2, 0",
        // n_heads · d_v ≠ d_model
        "post, CAUSAL,        3, 5",
        "pre,  BIDIRECTIONAL, 3, 5",
        "pre,  CAUSAL,        1, 2",
    })
    void everyTokenAgreesWithItsRow(String placement, MaskKind mask, int heads, int dHead) {
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1))) {
            Transformer model = ModelBuilder.transformer(spec(placement, mask, heads, dHead), ModelParts.CATALOG);
            RandomKey key = RandomKey.of(5);
            model.fill(parameter -> backend.upload(HostArray.of(parameter.shape(), Initializer.normal(0.5).sample(parameter.shape(), key.split(parameter.name())))));
            Shape shape = Shape.of(BATCH, LENGTH, WIDTH);
            Tensor xs = backend.upload(HostArray.of(shape, Initializer.normal(1).sample(shape, key.split("xs"))));
            Block block = model.blocks().getFirst();
            Pass pass = Pass.evaluation(backend);

            double[] rows = backend.download(block.forward(pass, xs)).toDoubles();
            for (int i = 0; i < LENGTH; i++) {
                Tensor token = block.token(pass, xs, i, Mask.valueOf(mask.name()));
                assertThat(token.shape()).isEqualTo(Shape.of(BATCH, 1, WIDTH));
                double[] values = backend.download(token).toDoubles();
                for (int batch = 0; batch < BATCH; batch++) {
                    int row = (batch * LENGTH + i) * WIDTH;
                    assertThat(Arrays.copyOfRange(values, batch * WIDTH, (batch + 1) * WIDTH)).as("token %d", i)
                            .containsExactly(Arrays.copyOfRange(rows, row, row + WIDTH), within(1e-12));
                }
            }
        }
    }

    private static ModelSpec spec(String placement, MaskKind mask, int heads, int dHead) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, WIDTH).with(N_HEADS, heads).with(D_HEAD, dHead).with(D_MLP, 12).with(N_CTX, LENGTH).with(D_VOCAB, 3).with(ACT_FN, "gelu")
                .with(PLACEMENT, placement).with(NORM_AFFINE, true).with(MASK, mask);
    }
}
