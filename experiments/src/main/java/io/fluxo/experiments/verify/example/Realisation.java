package io.fluxo.experiments.verify.example;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.block.Placement;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights under which a post-norm block gives the published numbers, and its run with them. Queries, keys, values and the network's first layer
 * are random; W_O, W_out and the gains are solved for: each is one linear equation for one token, so there is always a solution.
 *
 * @param symbols the chapter's symbol → what the block shows for token 2
 * @param gain1   the first norm's gain
 * @param gain2   the second norm's gain
 * @param flow    the edges of the run
 */
public record Realisation(Map<String, double[]> symbols, double[] gain1, double[] gain2, Dataflow flow) {

    private static final int WIDTH = 4;
    private static final int HIDDEN = 6;

    /** Runs {@code candidate}'s block with weights made for the post-norm block. */
    public static Realisation of(Candidate candidate, Backend backend, DType dtype, long seed) {
        RandomKey key = RandomKey.of(seed).split("worked example");
        double[] gain1 = LayerNormOnPaper.of(Published.T2).gainFor(Published.T3);
        double[] gain2 = LayerNormOnPaper.of(Published.T5).gainFor(Published.H);
        try (TensorScope _ = backend.openScope()) {
            Transformer model = model(candidate);
            Map<String, double[]> solved = new LinkedHashMap<>();
            solved.put("ln1.w", gain1);
            solved.put("ln2.w", gain2);
            fill(model, backend, dtype, key, solved);
            // each solution needs the vector before it, which the block itself shows
            double[] z = shown(model, backend, Hooks.NONE, dtype, key).get("attn.hook_z");
            solved.put("attn.W_O", outer(z, Published.T1));
            fill(model, backend, dtype, key, solved);
            double[] hidden = shown(model, backend, Hooks.NONE, dtype, key).get("mlp.hook_post");
            solved.put("mlp.W_out", outer(hidden, Published.T4));
            fill(model, backend, dtype, key, solved);
            Map<String, double[]> hooks = shown(model, backend, Hooks.NONE, dtype, key);
            Map<String, double[]> symbols = new LinkedHashMap<>();
            Map<String, String> chapter = model.blocks().getFirst().chapter();
            Published.SYMBOLS.forEach(symbol -> symbols.put(symbol, hooks.get(chapter.get(symbol))));
            return new Realisation(symbols, gain1, gain2, flow(candidate, backend, dtype, key, solved));
        }
    }

    /** The same run once more, with everything watched. */
    private static Dataflow flow(Candidate candidate, Backend backend, DType dtype, RandomKey key, Map<String, double[]> solved) {
        Dataflow.Watcher recorder = new Dataflow.Watcher(backend);
        Transformer watched = model(candidate.with(recorder::watched));
        fill(watched, backend, dtype, key, solved);
        recorder.begin(watched.blocks().getFirst());
        shown(watched, recorder, recorder, dtype, key);
        return recorder.flow();
    }

    private static Transformer model(Candidate candidate) {
        ModelSpec spec = Candidate.betweenPlainEnds(candidate.small(1)).with(D_MODEL, WIDTH).with(N_HEADS, 2).with(D_HEAD, 2).with(D_MLP, HIDDEN).with(N_CTX, Published.TOKENS).with(D_VOCAB, 2)
                .with(ACT_FN, "gelu").with(PLACEMENT, "worked example").with(NORM, "layer_norm").with(NORM_EPS, 0.0).with(MASK, ModelSpec.MaskKind.BIDIRECTIONAL)
                .with(FFN, true).with(BIAS, false).with(POSITIONS, "none").with(EMBED_STD, 1.0);
        Catalog catalog = candidate.catalog().plus(Placement.KIND, "worked example", candidate.placement());
        ModelDims dims = new ModelDims(Dim.of("d_model", WIDTH), Dim.of("head", 2), Dim.of("d_head", 2), Dim.of("d_v", 2), Dim.of("d_mlp", HIDDEN),
                Dim.of(Published.TOKENS), Dim.of(2));
        return ModelBuilder.transformer(spec, dims, catalog);
    }

    private static void fill(Transformer model, Backend backend, DType dtype, RandomKey key, Map<String, double[]> solved) {
        model.fill(parameter -> backend.upload(HostArray.of(parameter.shape(), dtype, value(parameter, key, solved))));
    }

    private static double[] value(Cell parameter, RandomKey key, Map<String, double[]> solved) {
        String name = parameter.name().replaceFirst("^blocks\\.0\\.", "");
        double[] found = solved.get(name);
        if (found != null) {
            return found;
        }
        double[] values = new double[parameter.shape().elements()];
        if (!name.endsWith(".b")) {
            Arrays.setAll(values, key.split(name)::normal);
        }
        return values;
    }

    /** What the block shows for token 2, with its context of three tokens: hook point → the token's row. */
    private static Map<String, double[]> shown(Transformer model, Backend backend, Hooks watching, DType dtype, RandomKey key) {
        double[] xs = new double[Published.TOKENS * WIDTH];
        Arrays.setAll(xs, key.split("tokens")::normal);
        System.arraycopy(Published.X, 0, xs, Published.TOKEN * WIDTH, WIDTH);
        var block = model.blocks().getFirst();
        Cache cache = Cache.boundaries();
        Tensor context = backend.upload(HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", Published.TOKENS), Dim.of("d_model", WIDTH)), dtype, xs));
        if (backend instanceof Dataflow.Watcher recorder) {
            recorder.source(context, Dataflow.CONTEXT);
        }
        block.token(Pass.evaluation(backend).with(Hooks.all(List.of(watching, cache))), context, Published.TOKEN, Mask.BIDIRECTIONAL);
        Map<String, double[]> rows = new LinkedHashMap<>();
        cache.values().forEach((name, value) -> {
            double[] values = backend.download(value).toDoubles();
            int width = values.length / value.shape().size(1);
            // a norm that stands before attention shows all tokens, a later one this token alone
            int row = value.shape().size(1) == 1 ? 0 : Published.TOKEN;
            rows.put(name.replaceFirst("^blocks\\.0\\.", ""), Arrays.copyOfRange(values, row * width, (row + 1) * width));
        });
        return rows;
    }

    /** W with aW = b, the smallest: aᵀb/‖a‖². */
    private static double[] outer(double[] a, double[] b) {
        double norm = Arrays.stream(a).map(value -> value * value).sum();
        double[] w = new double[a.length * b.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                w[i * b.length + j] = a[i] * b[j] / norm;
            }
        }
        return w;
    }
}
