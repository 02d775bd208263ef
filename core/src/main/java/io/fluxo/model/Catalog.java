package io.fluxo.model;

import static java.util.Map.entry;

import io.fluxo.block.DeepNorm;
import io.fluxo.block.LnScalingBlock;
import io.fluxo.block.MixLn;
import io.fluxo.block.NoNormBlock;
import io.fluxo.block.NormFormer;
import io.fluxo.block.ParallelBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.ReZeroBlock;
import io.fluxo.block.ResPostBlock;
import io.fluxo.block.ResiDual;
import io.fluxo.block.SandwichBlock;
import io.fluxo.layer.BatchNorm;
import io.fluxo.layer.DynamicTanh;
import io.fluxo.layer.LayerNorm;
import io.fluxo.layer.NoNorm;
import io.fluxo.layer.NormFactory;
import io.fluxo.layer.RmsNorm;
import io.fluxo.text.Text;
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
            new TreeMap<>(Map.ofEntries(
                    entry("post", Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS)),
                    entry("pre", Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS)),
                    entry("none", Placement.of(NoNormBlock::new, false, NoNormBlock.TRAITS)),
                    entry("sandwich", Placement.of(SandwichBlock::new, true, SandwichBlock.TRAITS)),
                    entry("peri_ln", Placement.of(SandwichBlock::new, true, SandwichBlock.TRAITS)),
                    entry("res_post", Placement.of(ResPostBlock::new, true, ResPostBlock.TRAITS)),
                    entry("deep_norm", new DeepNorm()),
                    entry("resi_dual", new ResiDual()),
                    entry("mix_ln", new MixLn()),
                    entry("ln_scaling", Placement.of(LnScalingBlock::new, true)),
                    entry("parallel", Placement.of(ParallelBlock::new, true, ParallelBlock.TRAITS)),
                    entry("norm_former", new NormFormer()),
                    entry("rezero", Placement.of(ReZeroBlock::new, false, ReZeroBlock.TRAITS)))),
            new TreeMap<String, NormFactory>(Map.of(
                    "layer_norm", LayerNorm::new,
                    "rms_norm", RmsNorm::new,
                    "dynamic_tanh", NormFactory.withoutEps((path, width, affine, eps) -> new DynamicTanh(path, width, affine)),
                    "batch_norm", BatchNorm::new,
                    "none", NormFactory.withoutEps((path, width, affine, eps) -> new NoNorm(path)))));

    /** This catalogue and more. A name that is taken is an error. */
    public Catalog plus(Map<String, Placement> morePlacements, Map<String, NormFactory> moreNorms) {
        return new Catalog(merged("placement", placements, morePlacements), merged("norm", norms, moreNorms));
    }

    private static <T> SortedMap<String, T> merged(String what, Map<String, T> some, Map<String, T> more) {
        SortedMap<String, T> all = new TreeMap<>(some);
        more.forEach((name, value) -> {
            if (all.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException(Text.format("the %s '%s' is registered twice", what, name));
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
            throw new IllegalArgumentException(Text.format("there is no %s '%s'; there are %s", what, name, String.join(", ", names)));
        }
        return found;
    }
}
