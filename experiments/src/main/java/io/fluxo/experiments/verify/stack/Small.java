package io.fluxo.experiments.verify.stack;

import static io.fluxo.model.ModelSpec.PLACEMENT;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.algebra.Sizes;
import io.fluxo.experiments.verify.algebra.Trial;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Rows;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.Map;

/**
 * A small model of random sizes, whose placement is chosen: models of one case have the same weights in their sub-layers and the same unembedding, whatever their placement. Gains
 * are 1 and ε is 0.
 */
record Small(Apparatus apparatus, Trial trial, Sizes sizes) {

    static final double TOLERANCE = 1e-10;

    private static final int VOCABULARY = 5;

    /** As many cases as the user asked for. */
    static List<Small> cases(Apparatus apparatus, String claim) {
        return Trial.of(apparatus, claim, Integer.MAX_VALUE).stream().map(trial -> new Small(apparatus, trial, Sizes.of(trial))).toList();
    }

    ModelSpec spec(Choice placement) {
        return sizes.spec("pre").with(PLACEMENT, PerLayer.of(placement));
    }

    Blocks blocks(String placement) {
        return blocks(Choice.of(placement));
    }

    Blocks blocks(Choice placement) {
        return blocks(spec(placement), apparatus.catalog());
    }

    Blocks blocks(ModelSpec spec, Catalog catalog) {
        Blocks blocks = Blocks.of(spec, catalog, apparatus.reference(), DType.F64, trial.key());
        return blocks.set("blocks.*.attn.*", this::drawn).set("blocks.*.mlp.*", this::drawn);
    }

    private double[] drawn(Cell cell) {
        return Sizes.values(trial, cell);
    }

    HostArray x0() {
        return sizes.x0(trial);
    }

    /** x_0, each token with mean 0 and variance 1. */
    HostArray normedX0() {
        return Draws.stream(sizes.tokens(), sizes.width(), DType.F64, Rows.normed(x0().toDoubles(), sizes.width()));
    }

    static double[] logits(Blocks blocks, HostArray x0) {
        return blocks.compute((pass, x) -> blocks.model().unembed(pass, blocks.model().stream(pass, x)), x0).toDoubles();
    }

    /** Gradients of a random linear function of the logits. */
    Map<String, HostArray> gradients(Blocks blocks, HostArray x0, List<String> cells) {
        HostArray c = HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", sizes.tokens()), Dim.of("d_vocab", VOCABULARY)), DType.F64,
                Draws.normal(trial.key().split("c"), sizes.tokens() * VOCABULARY, 1));
        return blocks.gradients(x0, (pass, x) -> pass.sumAll(pass.mul(blocks.model().unembed(pass, x), blocks.backend().upload(c))), cells);
    }

    /** The parameters of attention and network. */
    static List<String> branches(Blocks blocks) {
        return blocks.model().cells().stream().map(Cell::name).filter(name -> name.contains(".attn.") || name.contains(".mlp.")).toList();
    }

    /** The sum of {@code factor} times {@code addend} and {@code to}. */
    static double[] sum(double[] to, double factor, double[] addend) {
        double[] sum = new double[to.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = to[i] + factor * addend[i];
        }
        return sum;
    }

    static double[] scaled(double[] values, double factor) {
        double[] scaled = new double[values.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = factor * values[i];
        }
        return scaled;
    }
}
