package io.fluxo.proof;

import io.fluxo.block.Block;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Which tokens reach which rows while something runs: at each hook point and in the output, for all weights and all tokens at a size. Two sequences
 * run side by side, so that a leak from one to the other is seen.
 *
 * @param subject what ran
 * @param tokens  tokens of each sequence
 * @param points  in the order of the run; the output is last
 */
public record TokenFlow(String subject, int tokens, List<Point> points) {

    /** The name of the last point. */
    public static final String OUTPUT = "output";

    static final int SEQUENCES = 2;

    /**
     * One place in the run.
     *
     * @param name   the hook point
     * @param symbol what its rows are called: the chapter's t1 … h, else "row"
     * @param reach  which tokens may reach which rows there
     */
    public record Point(String name, String symbol, Dependence reach) {

        /** {@code blocks.0.hook_attn_out (t1): row i ← {1 … i}}. */
        public String line() {
            return Text.format("%s%s: %s", name, symbol.equals("row") || name.equals(OUTPUT) ? "" : " (" + symbol + ")", reach.describe());
        }
    }

    public TokenFlow {
        points = List.copyOf(points);
    }

    /** Through the model of {@code spec} in evaluation, from token ids to logits. */
    public static TokenFlow of(ModelSpec spec, Catalog catalog, int tokens) {
        return new ModelRun(spec, catalog, SEQUENCES, tokens).evaluation();
    }

    /**
     * The same with attention taken away in the blocks whose path {@code blocks} accepts: what it returns there is unknown, each row of it
     * changed by the row's own token, so that whatever stands beside it or after it still counts.
     */
    public static TokenFlow withoutAttention(ModelSpec spec, Catalog catalog, int tokens, Predicate<String> blocks) {
        return new ModelRun(spec, catalog, SEQUENCES, tokens).evaluationWithoutAttention(blocks);
    }

    /** Through a layer or block, from a stream of {@code width} on. Its parameters are overwritten. */
    public static TokenFlow of(Layer layer, Dim width, int tokens) {
        DependenceBackend backend = new DependenceBackend();
        Map<String, String> symbols = layer instanceof Block block ? symbols(block) : Map.of();
        return run(layer.path(), backend, Pass.evaluation(backend), layer.cells(), stream(backend, width, tokens), symbols, layer::forward);
    }

    /** Through {@code f}, which computes with {@code parameters}, from a stream of {@code width} on. The parameters are overwritten. */
    public static TokenFlow of(String subject, List<? extends Cell> parameters, Dim width, int tokens, BiFunction<Pass, Tensor, Tensor> f) {
        DependenceBackend backend = new DependenceBackend();
        return run(subject, backend, Pass.evaluation(backend), parameters, stream(backend, width, tokens), Map.of(), f);
    }

    /** Through {@code f}, from token ids on. The parameters are overwritten. */
    static TokenFlow ofTokens(String subject, List<? extends Cell> parameters, int tokens, BiFunction<Pass, Tensor, Tensor> f) {
        DependenceBackend backend = new DependenceBackend();
        return run(subject, backend, Pass.evaluation(backend), parameters, backend.tokens(Shape.of(SEQUENCES, tokens)), Map.of(), f);
    }

    private static TokenFlow run(String subject, DependenceBackend backend, Pass pass, List<? extends Cell> parameters, Tensor x,
            Map<String, String> symbols, BiFunction<Pass, Tensor, Tensor> f) {
        parameters.forEach(parameter -> parameter.set(backend.weight(parameter.shape(), DType.F32)));
        Cache cache = Cache.boundaries();
        Tensor output = f.apply(pass.with(cache), x);
        return of(subject, backend, x.shape().size(1), cache, output, symbols);
    }

    /**
     * What was followed in one run.
     *
     * @param cache  the values at its hook points
     * @param output what came out
     */
    static TokenFlow of(String subject, DependenceBackend backend, int tokens, Cache cache, Tensor output, Map<String, String> symbols) {
        List<Point> points = new ArrayList<>();
        cache.values().forEach((name, value) -> {
            if (backend.hasRows(value.shape())) {                                      // a table of positions has none
                points.add(new Point(name, symbols.getOrDefault(name, "row"), backend.dependenceOf(value)));
            }
        });
        points.add(new Point(OUTPUT, "h", backend.dependenceOf(output)));
        backend.refusals().stream().findFirst().ifPresent(refusal -> {                   // caught on the way, but no proof all the same
            throw new IllegalStateException(refusal);
        });
        return new TokenFlow(subject, tokens, points);
    }

    private static Tensor stream(DependenceBackend backend, Dim width, int tokens) {
        return backend.stream(Shape.of(Dim.of(SEQUENCES), Dim.of(tokens), width));
    }

    /** Full hook name → the chapter's symbol. */
    static Map<String, String> symbols(Block block) {
        Map<String, String> symbols = new HashMap<>();
        block.chapter().forEach((symbol, hook) -> symbols.put(block.path() + "." + hook, symbol));
        return symbols;
    }

    /** What reaches the output. */
    public Dependence output() {
        return points.getLast().reach();
    }

    /** What reaches the hook point {@code name}. */
    public Dependence at(String name) {
        return points.stream().filter(point -> point.name().equals(name)).findFirst().map(Point::reach)
                .orElseThrow(() -> new IllegalArgumentException(Text.format("the run has no '%s'; it has %s", name, points.stream().map(Point::name).toList())));
    }

    /** Checks {@code claim} at every point of the run. */
    public TokenProof prove(TokenClaim claim) {
        return TokenProof.of(this, claim);
    }

    /** A line for each point. */
    public List<String> lines() {
        return points.stream().map(Point::line).toList();
    }

    /** {@code spec} with a vocabulary where it has none yet, since no task is chosen; its size does not matter here. */
    static ModelSpec withVocabulary(ModelSpec spec) {
        return spec.get(ModelSpec.D_VOCAB) > 0 ? spec : spec.withVocabulary(2);
    }
}
