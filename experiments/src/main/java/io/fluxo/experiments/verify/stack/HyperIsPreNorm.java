package io.fluxo.experiments.verify.stack;

import io.fluxo.block.HyperConnections;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What hyper-connections contain: pre-norm as they begin, post-norm by weights that depend on the token, and in general a sum of updates whose coefficients go back through A_r. Post-norm
 * divides by the size of h + h′, which a hook puts in the place of A_r and B: what the streams carry must have mean 0 for that, so outputs are centred.
 */
final class HyperIsPreNorm extends Claim {

    HyperIsPreNorm() {
        super(Statement.of("hyper-connections", "Hyper-connections begin as pre-norm in every stream, can become post-norm, and read out a weighed sum of updates")
                .said(Citation.of("Zhu et al. (2024), Hyper-Connections, arXiv 2409.19606, equations 14–16 and 30–41"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 5 streams, static and dynamic, 1 … 3 blocks, 2 … 6 tokens, width 3 … 10, ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "autodiff", "pre-norm and post-norm with the same weights")
                .refutes(StackFaults.hyperStreamsNotCopied()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (Small drawn : Small.cases(apparatus, id())) {
            int streams = drawn.trial().between("streams", 1, 5);
            for (boolean dynamic : new boolean[] {false, true}) {
                begins(worst, drawn, streams, dynamic);
            }
            postNorm(worst, drawn);
            readOut(worst, drawn, streams);
        }
        return worst.figures(Small.TOLERANCE).finding("B = 1, A_m = e_(k mod n), A_r = I: H_i = pre-norm for all i; n = 1, A_r = B = 1/σ(h + h′): post-norm; Σ streams = Σ coefficient × update")
                .within(Small.TOLERANCE);
    }

    private static Choice of(int streams, boolean dynamic) {
        return Choice.of("hyper_connections").with(HyperConnections.STREAMS, streams).with(HyperConnections.DYNAMIC, dynamic);
    }

    private static void begins(Worst worst, Small drawn, int streams, boolean dynamic) {
        String which = dynamic ? "dynamic: " : "static: ";
        HostArray x0 = drawn.x0();
        try (Blocks hyper = drawn.blocks(of(streams, dynamic)); Blocks pre = drawn.blocks("pre")) {
            Map<String, HostArray> each = hyper.run(x0, "blocks.*.hook_streams_post").hooks();
            Map<String, HostArray> one = pre.run(x0, "blocks.*.hook_resid_post").hooks();
            for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                double[] copies = copied(one.get(Text.format("blocks.%d.hook_resid_post", layer)).toDoubles(), streams, drawn.sizes().width());
                worst.note(which + "every stream = pre-norm", copies, each.get(Text.format("blocks.%d.hook_streams_post", layer)).toDoubles());
            }
            worst.note(which + "logits = pre-norm's", Small.logits(hyper, x0), Small.logits(pre, x0));
            List<String> branches = Small.branches(pre);
            Map<String, HostArray> here = drawn.gradients(hyper, x0, branches);
            drawn.gradients(pre, x0, branches).forEach((cell, gradient) -> worst.note(which + "gradients of branches = pre-norm's", gradient.toDoubles(), here.get(cell).toDoubles()));
        }
    }

    /** Rows of that width, each so many times. */
    private static double[] copied(double[] rows, int times, int width) {
        double[] copies = new double[rows.length * times];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = rows[i / (width * times) * width + i % width];
        }
        return copies;
    }

    private static void postNorm(Worst worst, Small drawn) {
        HostArray x0 = drawn.normedX0();
        try (Blocks hyper = drawn.blocks(of(1, false)); Blocks post = drawn.blocks("post")) {
            for (Blocks blocks : List.of(hyper, post)) {
                for (String written : new String[] {"blocks.*.attn.W_O", "blocks.*.attn.b_O", "blocks.*.mlp.W_out", "blocks.*.mlp.b_out"}) {
                    blocks.set(written, cell -> centred(blocks.value(cell.name()).toDoubles(), drawn.sizes().width()));
                }
            }
            Blocks.Run run = post.run(x0, "blocks.*.hook_resid_mid", "blocks.*.hook_resid_post", "blocks.*.hook_normalized_resid_post");
            List<Hooks> weights = new ArrayList<>();
            for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                weights.addAll(dividing(hyper, layer, 1, run.at(Text.format("blocks.%d.hook_resid_mid", layer))));
                weights.addAll(dividing(hyper, layer, 2, run.at(Text.format("blocks.%d.hook_resid_post", layer))));
            }
            Map<String, HostArray> streams = hyper.run(x0, Hooks.all(weights), "blocks.*.hook_streams_post").hooks();
            for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                worst.note("one stream, A_r = B = 1/σ(h + h′): post-norm", run.at(Text.format("blocks.%d.hook_normalized_resid_post", layer)).toDoubles(),
                        streams.get(Text.format("blocks.%d.hook_streams_post", layer)).toDoubles());
            }
        }
    }

    /** Puts 1/σ of each token of {@code sum} in the place of A_r and B. */
    private static List<Hooks> dividing(Blocks hyper, int layer, int subLayer, HostArray sum) {
        int tokens = sum.shape().size(1);
        int width = sum.shape().size(2);
        double[] factors = new double[tokens];
        for (int i = 0; i < tokens; i++) {
            double squares = 0;
            for (int c = 0; c < width; c++) {
                squares += sum.toDoubles()[i * width + c] * sum.toDoubles()[i * width + c];
            }
            factors[i] = 1 / Math.sqrt(squares / width);
        }
        String path = Text.format("blocks.%d.hyper%d.", layer, subLayer);
        UnaryOperator<Tensor> byFactors = value -> hyper.backend().upload(HostArray.of(value.shape(), DType.F64, factors));
        return List.of(new Intervention(path + "hook_post", byFactors), new Intervention(path + "hook_res", byFactors));
    }

    private static double[] centred(double[] rows, int width) {
        double[] centred = rows.clone();
        for (int start = 0; start < rows.length; start += width) {
            double mean = Arrays.stream(rows, start, start + width).average().orElseThrow();
            for (int c = 0; c < width; c++) {
                centred[start + c] -= mean;
            }
        }
        return centred;
    }

    /** Random tables: the sum of streams against the sum of updates, each times its coefficient. */
    private static void readOut(Worst worst, Small drawn, int streams) {
        HostArray x0 = drawn.x0();
        RandomKey key = drawn.trial().key().split("tables");
        try (Blocks hyper = drawn.blocks(of(streams, false))) {
            for (String table : new String[] {"B", "A_m", "A_r"}) {
                hyper.set("blocks.*." + table, cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), 1));
            }
            Blocks.Run run = hyper.run(x0, "blocks.*.hook_attn_out", "blocks.*.hook_mlp_out");
            double[] coefficients = Draws.constant(streams, 1);
            double[] total = new double[x0.toDoubles().length];
            for (int k = 2 * drawn.sizes().layers() - 1; k >= 0; k--) {
                String path = Text.format("blocks.%d.", k / 2);
                String connection = path + (k % 2 == 0 ? "hyper1." : "hyper2.");
                double[] b = hyper.value(connection + "B").toDoubles();
                double[] ar = hyper.value(connection + "A_r").toDoubles();
                double[] before = new double[streams];
                double taken = 0;
                for (int from = 0; from < streams; from++) {
                    taken += coefficients[from] * b[from];
                    for (int to = 0; to < streams; to++) {
                        before[from] += ar[from * streams + to] * coefficients[to];
                    }
                }
                total = Small.sum(total, taken, run.at(path + (k % 2 == 0 ? "hook_attn_out" : "hook_mlp_out")).toDoubles());
                coefficients = before;
            }
            total = Small.sum(total, Arrays.stream(coefficients).sum(), x0.toDoubles());
            worst.note("random tables: Σ streams = Σ coefficient × update", total, run.output().toDoubles());
        }
    }
}
