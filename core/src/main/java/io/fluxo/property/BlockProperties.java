package io.fluxo.property;

import io.fluxo.block.Block;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;

/** Properties of a block that can be tested on a backend. */
public record BlockProperties(LayerProperties<Block> layer) {

    /** All properties that hold of every block; causality where the domain has causal masks. */
    public List<Property<BlockCase>> all() {
        List<Property<BlockCase>> all = new ArrayList<>(List.of(layer.preservesShape(), layer.staysFinite(), layer.keepsSequencesApart(),
                tokenFormAgrees()));
        if (layer.domain().masks().contains(MaskKind.CAUSAL)) {
            all.add(layer.isCausal());
        }
        return List.copyOf(all);
    }

    /** The equations for x_i and [x_1 … x_N] give what the same equations give for all tokens at once. */
    public Property<BlockCase> tokenFormAgrees() {
        return layer.property("the equations of a token agree with those of all", layer.comparable(), (drawn, subject) -> {
            HostArray xs = drawn.xs(layer.dtype());
            double[] all = subject.output(xs).toDoubles();
            double[] each = new double[all.length];
            Mask mask = Mask.valueOf(drawn.mask().name());
            for (int pos = 0; pos < drawn.pos(); pos++) {
                int i = pos;
                double[] token = subject.compute((pass, x) -> subject.layer().token(pass, x, i, mask), xs).toDoubles();
                for (int sequence = 0; sequence < drawn.batch(); sequence++) {
                    System.arraycopy(token, sequence * drawn.dModel(), each, (sequence * drawn.pos() + i) * drawn.dModel(), drawn.dModel());
                }
            }
            return layer.agree(drawn, "with all tokens at once", all, "by its own equations", each);
        });
    }
}
