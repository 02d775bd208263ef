package io.fluxo.proof;

import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
import io.fluxo.layer.Pass;
import io.fluxo.model.Catalog;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.Transformer;
import io.fluxo.model.Violation;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether blocks really use the residual connection they are given. A block that adds by itself would train the same model under
 * {@code residual: identity} and {@code residual: none}, and a study that varies the key would compare a model with itself. What the placement says of
 * itself is not enough: the block is run on shapes alone, with a residual connection that counts how often it is asked.
 */
public final class ResidualCheck {

    private static final String COUNTED = "counted";

    private ResidualCheck() {}

    /** The placements of {@code spec} that pass over a residual connection other than x + f. */
    public static List<Violation> violations(ModelSpec spec, Catalog catalog) {
        if (spec.family() != ModelSpec.Family.TRANSFORMER) {
            return List.of();
        }
        Set<String> examined = new TreeSet<>();
        List<Violation> found = new ArrayList<>();
        for (LayerSpec layer : spec.layers()) {
            Placement placement = catalog.placements().get(layer.placement());
            if (layer.residual() != ResidualKind.IDENTITY && placement != null && examined.add(layer.placement()) && !asks(placement, catalog)) {
                found.add(new Violation("residual", Text.format("residual %s does nothing in placement %s, which joins its sub-layers to the stream by itself",
                        layer.residual().name().toLowerCase(java.util.Locale.ROOT), layer.placement())));
            }
        }
        return found;
    }

    /** A block that cannot be built or run is not found here: its trial will say what is wrong with it. */
    private static boolean asks(Placement placement, Catalog catalog) {
        try {
            return askedBy(placement, catalog) > 0;
        } catch (OutOfMemoryError noFault) {
            throw noFault;
        } catch (RuntimeException | Error broken) {
            return true;
        }
    }

    private static int askedBy(Placement placement, Catalog catalog) {
        AtomicInteger asked = new AtomicInteger();
        Residual counting = (pass, x, f) -> {
            asked.incrementAndGet();
            return Residual.IDENTITY.join(pass, x, f);
        };
        Placement counted = placement.with(parts ->
                new Placement.Parts(parts.path(), parts.depth(), parts.attention(), parts.mlp(), parts.norm(), counting));
        ModelSpec small = ModelSpec.builder().nLayers(1).dModel(4).nHeads(1).dMlp(4).nCtx(2).dVocab(3).placement(COUNTED).build();
        Transformer model = ModelBuilder.transformer(small, catalog.plus(Map.of(COUNTED, counted), Map.of()));
        SymbolicBackend shapes = new SymbolicBackend();
        model.fill(parameter -> shapes.variable(parameter.shape(), DType.F32));
        model.forward(Pass.evaluation(shapes), shapes.variable(Shape.of(Dim.of("batch", 1), Dim.of("pos", 2)), DType.I32));
        return asked.get();
    }
}
