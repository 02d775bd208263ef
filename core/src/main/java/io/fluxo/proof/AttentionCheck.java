package io.fluxo.proof;

import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.PartSays;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Whether attention kinds do what they say of themselves, as far as something would be hidden otherwise: claims that are left out because no token sees
 * another, and keys that a study varies and that change nothing. {@link AttentionProbe} looks.
 */
public final class AttentionCheck {

    private AttentionCheck() {}

    /** What the attention kinds of {@code spec} say, and do not do. */
    public static List<Violation> violations(ModelSpec spec, Catalog catalog) {
        if (spec.get(ModelSpec.FAMILY) != ModelSpec.Family.TRANSFORMER) {
            return List.of();
        }
        boolean throughScores = catalog.part(PositionKind.KIND, spec.get(ModelSpec.POSITIONS)).traits().throughScores();
        List<Violation> found = new ArrayList<>();
        for (LayerSpec layer : spec.layers()) {
            Choice choice = layer.get(ModelSpec.ATTENTION);
            AttentionKind kind = catalog.part(AttentionKind.KIND, choice);
            AttentionTraits said = layer.attention(catalog);
            if (!said.mixes() && does(kind, false, AttentionProbe::mixes)) {
                found.add(new Violation("attention", Text.format("attention %s says that no token sees another through it, and one does: what it says of itself"
                        + " (AttentionTraits) is wrong", choice)));
            }
            if (layer.get(ModelSpec.MASK) == MaskKind.BIDIRECTIONAL && said.masked() && !does(kind, true, AttentionProbe::masked)) {
                found.add(new Violation("mask", Text.format("mask bidirectional does nothing in attention %s, which does not ask for the mask", choice)));
            }
            if (throughScores && said.matches() && !does(kind, true, AttentionProbe::matches)) {
                found.add(new Violation("positions", Text.format("positions %s does nothing in attention %s, which does not ask how positions enter its scores",
                        spec.get(ModelSpec.POSITIONS), choice)));
            }
        }
        return found.stream().distinct().toList();
    }

    /** What {@code kind} is seen to do. One that cannot be built or run is taken at its word, {@code said}: its trial will say what is wrong with it. */
    private static boolean does(AttentionKind kind, boolean said, Predicate<AttentionProbe> question) {
        return PartSays.orElse(said, () -> question.test(AttentionProbe.of(kind)));
    }
}
