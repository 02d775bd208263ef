package io.fluxo.proof;

import io.fluxo.block.Placement;
import io.fluxo.layer.PartSays;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether blocks really use the residual connection they are given. A block that adds by itself would train the same model under {@code residual:
 * identity} and {@code residual: none}, and a study that varies the key would compare a model with itself. A placement's declaration is not enough:
 * {@link BlockProbe} observes whether the block uses the connection.
 */
public final class ResidualCheck {

    private ResidualCheck() {}

    /** The placements of {@code spec} that ignore a residual connection other than x + f. */
    public static List<Violation> violations(ModelSpec spec, Catalog catalog) {
        if (spec.get(ModelSpec.FAMILY) != ModelSpec.Family.TRANSFORMER) {
            return List.of();
        }
        Set<Choice> examined = new HashSet<>();
        List<Violation> found = new ArrayList<>();
        for (LayerSpec layer : spec.layers()) {
            Choice choice = layer.get(ModelSpec.PLACEMENT);
            ResidualKind residual = layer.get(ModelSpec.RESIDUAL);
            if (residual != ResidualKind.IDENTITY && examined.add(choice) && !asks(catalog.part(Placement.KIND, choice), catalog)) {
                found.add(new Violation("residual", Text.format("residual %s does nothing in placement %s, which joins its sub-layers to the stream by itself",
                        Values.label(residual), choice)));
            }
        }
        return found;
    }

    /** A block that cannot be built or run is not reported here: its trial will report what is wrong with it. */
    private static boolean asks(Placement placement, Catalog catalog) {
        return PartSays.orElse(true, () -> BlockProbe.of(placement, catalog).joins() > 0);
    }
}
