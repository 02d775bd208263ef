package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
import io.fluxo.block.Traits;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.PartSays;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/**
 * What a block is observed to do with its parts, whatever its placement declares. One block is run on shapes alone, between an attention that
 * remembers what it returned and a residual connection that remembers what it was asked to join. Tensors are compared as objects, so the probe sees
 * how the block is wired, whatever the numbers.
 *
 * @param joins       how often it asked for its residual connection
 * @param plainSum    whether what attention returned joined the block's input, both as they were
 * @param showsResult whether hook_attn_out showed what attention returned; true where it was not reached
 */
public record BlockProbe(int joins, boolean plainSum, boolean showsResult) {

    private static final String PROBED = "probed";
    private static final String ATTENTION_OUTPUT = ".hook_attn_out";

    /** Runs one small block of {@code placement}. */
    public static BlockProbe of(Placement placement, Catalog catalog) {
        Watch watch = new Watch();
        Placement watched = placement.changing(parts -> parts.withAttention(watch.over(parts.attention())).withResidual(watch));
        ModelSpec small = ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, 4).with(N_HEADS, 1).with(D_MLP, 4).with(N_CTX, 2).with(D_VOCAB, 3).with(PLACEMENT, PROBED);
        Block block = ModelBuilder.transformer(small, catalog.plus(Placement.KIND, PROBED, watched)).blocks().getFirst();
        SymbolicBackend shapes = new SymbolicBackend();
        block.cells().forEach(cell -> cell.set(shapes.variable(cell.shape(), DType.F32)));
        watch.input = shapes.variable(Shape.of(Dim.of("batch", 1), Dim.of("pos", 2), Dim.of("d_model", 4)), DType.F32);
        block.forward(Pass.evaluation(shapes).with(watch), watch.input);
        return new BlockProbe(watch.joins, watch.plainSum, watch.showsResult);
    }

    /**
     * What {@code placement} declares, without a departure from the plain sum that its block does not make: claims about the sum would else go
     * unchecked.
     */
    public static Traits corrected(Placement placement, Catalog catalog) {
        Traits said = Traits.saidBy(placement);
        return said.sum().isPresent() && addsPlainly(placement, catalog) ? said.addingPlainly() : said;
    }

    /** False for a block that cannot be run; its examination will report what is wrong with it. */
    private static boolean addsPlainly(Placement placement, Catalog catalog) {
        return PartSays.orElse(false, () -> of(placement, catalog).plainSum);
    }

    private static final class Watch implements Residual, Hooks {

        private Tensor input;
        private Tensor returned;
        private int joins;
        private boolean plainSum;
        private boolean showsResult = true;

        Attention over(Attention original) {
            return new Attention(original.path()) {
                private final Attention part = part(original);

                @Override
                protected Tensor attend(Pass pass, Tensor x, Tensor context) {
                    returned = part.forward(pass, x, context);
                    return returned;
                }
            };
        }

        @Override
        public Tensor join(Pass pass, Tensor x, Tensor f) {
            joins++;
            plainSum |= x == input && f == returned;
            return Residual.IDENTITY.join(pass, x, f);
        }

        @Override
        public boolean wants(HookPoint point) {
            return point.name().endsWith(ATTENTION_OUTPUT);
        }

        @Override
        public Tensor at(HookPoint point, Tensor value) {
            showsResult = value == returned;
            return value;
        }
    }
}
