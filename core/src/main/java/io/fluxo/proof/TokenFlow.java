package io.fluxo.proof;

import io.fluxo.block.Block;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

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

    private static final int SEQUENCES = 2;

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

    /** Through the model of {@code spec}, from token ids to logits. */
    public static TokenFlow of(ModelSpec spec, Catalog catalog, int tokens) {
        return of(ModelBuilder.transformer(withVocabulary(spec), catalog), tokens);
    }

    /** Through {@code model}, from token ids to logits. Its parameters are overwritten: give it a model of its own. */
    public static TokenFlow of(Transformer model, int tokens) {
        DependenceBackend backend = new DependenceBackend();
        return run("model", backend, Hooks.NONE, model.cells(), backend.tokens(Shape.of(SEQUENCES, tokens)), symbols(model), model::forward);
    }

    /**
     * Through {@code model} with attention silenced in the blocks whose path {@code blocks} accepts. Hook points inside a silenced
     * attention are left out, since nothing reads what is computed there. The model's parameters are overwritten.
     */
    public static TokenFlow withoutAttention(Transformer model, int tokens, Predicate<String> blocks) {
        DependenceBackend backend = new DependenceBackend();
        TokenFlow flow = run("model without attention", backend, new SilencingHooks(backend, blocks), model.cells(),
                backend.tokens(Shape.of(SEQUENCES, tokens)), symbols(model), model::forward);
        boolean all = model.blocks().stream().allMatch(block -> blocks.test(block.path()));
        List<Point> left = new ArrayList<>(flow.points());
        model.blocks().stream().filter(block -> blocks.test(block.path())).forEach(block -> left.removeAll(silenced(block, flow.points())));
        return new TokenFlow(all ? flow.subject() : "model without some attention", tokens, left);
    }

    /** The points within {@code block}'s attention, and those from there to what is put in its output's place: a norm of that output, say. */
    private static List<Point> silenced(Block block, List<Point> points) {
        List<String> attention = block.parts().stream().filter(Attention.class::isInstance).map(part -> part.path() + ".").toList();
        List<String> names = points.stream().map(Point::name).toList();
        int first = IntStream.range(0, points.size()).filter(i -> attention.stream().anyMatch(names.get(i)::startsWith)).findFirst().orElse(0);
        int replaced = Math.max(first, names.indexOf(block.path() + SilencingHooks.OUTPUT));
        return points.subList(first, replaced).stream().filter(point -> point.name().startsWith(block.path() + ".")).toList();
    }

    /** Through a layer or block, from a stream of {@code width} on. Its parameters are overwritten. */
    public static TokenFlow of(Layer layer, Dim width, int tokens) {
        DependenceBackend backend = new DependenceBackend();
        Map<String, String> symbols = layer instanceof Block block ? symbols(block) : Map.of();
        return run(layer.path(), backend, Hooks.NONE, layer.cells(), stream(backend, width, tokens), symbols, layer::forward);
    }

    /** Through {@code f}, which computes with {@code parameters}, from a stream of {@code width} on. The parameters are overwritten. */
    public static TokenFlow of(String subject, List<? extends Cell> parameters, Dim width, int tokens, BiFunction<Pass, Tensor, Tensor> f) {
        DependenceBackend backend = new DependenceBackend();
        return run(subject, backend, Hooks.NONE, parameters, stream(backend, width, tokens), Map.of(), f);
    }

    /** Through {@code f}, from token ids on. The parameters are overwritten. */
    static TokenFlow ofTokens(String subject, List<? extends Cell> parameters, int tokens, BiFunction<Pass, Tensor, Tensor> f) {
        DependenceBackend backend = new DependenceBackend();
        return run(subject, backend, Hooks.NONE, parameters, backend.tokens(Shape.of(SEQUENCES, tokens)), Map.of(), f);
    }

    private static TokenFlow run(String subject, DependenceBackend backend, Hooks change, List<? extends Cell> parameters, Tensor x,
            Map<String, String> symbols, BiFunction<Pass, Tensor, Tensor> f) {
        parameters.forEach(parameter -> parameter.set(backend.weight(parameter.shape(), DType.F32)));
        Cache cache = Cache.boundaries();
        Tensor output = f.apply(Pass.evaluation(backend).with(Hooks.all(List.of(change, cache))), x);
        List<Point> points = new ArrayList<>();
        cache.values().forEach((name, value) -> {
            if (backend.hasRows(value.shape())) {                                      // a table of positions has none
                points.add(new Point(name, symbols.getOrDefault(name, "row"), backend.dependenceOf(value)));
            }
        });
        points.add(new Point(OUTPUT, "h", backend.dependenceOf(output)));
        return new TokenFlow(subject, x.shape().size(1), points);
    }

    private static Tensor stream(DependenceBackend backend, Dim width, int tokens) {
        return backend.stream(Shape.of(Dim.of(SEQUENCES), Dim.of(tokens), width));
    }

    private static Map<String, String> symbols(Transformer model) {
        Map<String, String> symbols = new HashMap<>();
        model.blocks().forEach(block -> symbols.putAll(symbols(block)));
        return symbols;
    }

    /** Full hook name → the chapter's symbol. */
    private static Map<String, String> symbols(Block block) {
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
