package io.fluxo.model;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.layer.LayerNorm;
import io.fluxo.layer.NormFactory;
import io.fluxo.layer.RmsNorm;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The parts a ModelSpec may name.
 *
 * @param placements name → placement
 * @param norms      name → norm
 */
public record Catalog(SortedMap<String, Placement> placements, SortedMap<String, NormFactory> norms) {

    /** What Fluxo itself brings. */
    public static final Catalog STANDARD = new Catalog(
            new TreeMap<>(Map.of(
                    "post", Placement.of(PostNormBlock::new, false),
                    "pre", Placement.of(PreNormBlock::new, true))),
            new TreeMap<>(Map.of(
                    "layer_norm", (NormFactory) LayerNorm::new,
                    "rms_norm", (NormFactory) RmsNorm::new)));

    /** This catalogue and more. A name that is taken is an error. */
    public Catalog plus(Map<String, Placement> morePlacements, Map<String, NormFactory> moreNorms) {
        return new Catalog(merged("placement", placements, morePlacements), merged("norm", norms, moreNorms));
    }

    private static <T> SortedMap<String, T> merged(String what, Map<String, T> some, Map<String, T> more) {
        SortedMap<String, T> all = new TreeMap<>(some);
        more.forEach((name, value) -> {
            if (all.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException("the %s '%s' is registered twice".formatted(what, name));
            }
        });
        return all;
    }

    Placement placement(String name) {
        return find("placement", placements, name);
    }

    NormFactory norm(String name) {
        return find("norm", norms, name);
    }

    private static <T> T find(String what, SortedMap<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            Set<String> names = all.keySet();
            throw new IllegalArgumentException("there is no %s '%s'; there are %s".formatted(what, name, String.join(", ", names)));
        }
        return found;
    }
}
