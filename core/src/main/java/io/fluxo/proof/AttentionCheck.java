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
 * Checks what attention kinds declare, where a wrong declaration would hide something: claims that are left out because no token sees another, and
 * keys that a study varies without effect. {@link AttentionProbe} observes the kinds.
 */
public final class AttentionCheck {

    private AttentionCheck() {}

    /** The declarations of the attention kinds of {@code spec} that are not true. */
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

    /** Whether {@code kind} is observed to do so. A kind that cannot be built or run is believed, {@code said}: its trial will report what is wrong with it. */
    private static boolean does(AttentionKind kind, boolean said, Predicate<AttentionProbe> question) {
        return PartSays.orElse(said, () -> question.test(AttentionProbe.of(kind)));
    }
}
