package io.fluxo.proof;

import io.fluxo.block.Block;
import io.fluxo.block.Stack;
import io.fluxo.layer.Layer;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Theorem 2.1 for one specification: the stream is [batch pos d_model] at x and at t1 … h of every block, whatever batch, pos, d_model,
 * n_heads, d_head, d_v, d_mlp and d_vocab are, and however many blocks there are. The model's own layers run on symbols: each sub-layer and
 * each distinct kind of block maps the stream's shape to itself, so by induction any plain stack of them does. A stack that computes something of its own is
 * a lemma of its own, for the number of blocks that it has. In the end the whole model runs, in evaluation and in training.
 *
 * @param points      the hook points at which d was preserved, in the order of the run
 * @param assumptions bounds between sizes that the model relies on
 * @param failure     the first point at which it was not, and how; empty where the claim is proved
 * @param lemmas      embedding, sub-layers and block of each distinct kind, the stack where it computes something of its own, unembedding
 * @param kinds       for each distinct kind of block the paths of its blocks
 */
public record DimensionProof(List<String> points, List<String> assumptions, Optional<String> failure, List<DimensionLemma> lemmas,
                             List<List<String>> kinds) {

    private static final String STACK = "stack";

    public DimensionProof {
        points = List.copyOf(points);
        assumptions = List.copyOf(assumptions);
        lemmas = List.copyOf(lemmas);
        kinds = kinds.stream().map(List::copyOf).toList();
    }

    /** Proves or refutes the claim for {@code spec}. */
    public static DimensionProof of(ModelSpec spec, Catalog catalog) {
        ModelDims dims = ModelDims.symbolic();
        Transformer model = ModelBuilder.transformer(spec, layer -> ModelDims.symbolic(spec, layer, catalog), catalog);
        var stream = DimensionLemma.STREAM;
        List<DimensionLemma> lemmas = new ArrayList<>();
        lemmas.add(DimensionLemma.of("embedding", model.cells(), DType.I32, stream.slice(0, 2), stream, model::embed));
        List<List<String>> kinds = new ArrayList<>();
        List<DimensionLemma> kindLemmas = new ArrayList<>();
        List<String> points = new ArrayList<>();
        for (Block block : model.blocks()) {
            DimensionLemma lemma = DimensionLemma.of(block);
            points.addAll(newPoints(lemma, block, points.isEmpty()));
            int kind = indexOfLike(lemma, kindLemmas);
            if (kind >= 0) {
                kinds.get(kind).add(lemma.subject());
                continue;
            }
            lemmas.addAll(subLayers(block, lemma));
            lemmas.add(lemma);
            kindLemmas.add(lemma);
            kinds.add(new ArrayList<>(List.of(lemma.subject())));
        }
        if (model.stack().getClass() != Stack.class) {                                   // it computes something besides its blocks
            lemmas.add(DimensionLemma.of(STACK, model.cells(), DType.F32, stream, stream, model::stream));
        }
        lemmas.add(DimensionLemma.of("unembedding", model.cells(), DType.F32, stream, stream.with(2, dims.dVocab()), model::unembed));
        DimensionProof parts = of(lemmas, points, kinds);
        return parts.proved() ? parts.unless(new SymbolicPrograms(TokenFlow.withVocabulary(spec), catalog).failure()) : parts;
    }

    private DimensionProof unless(Optional<String> failureOfWhole) {
        return new DimensionProof(points, assumptions, failureOfWhole, lemmas, kinds);
    }

    /** The same for parts alone, built on symbols: a sub-layer or block under test. Their parameters are overwritten. */
    public static DimensionProof of(Layer... parts) {
        List<DimensionLemma> lemmas = Stream.of(parts).map(DimensionLemma::of).toList();
        return of(lemmas, lemmas.stream().flatMap(lemma -> lemma.points().stream()).toList(), List.of());
    }

    private static DimensionProof of(List<DimensionLemma> lemmas, List<String> points, List<List<String>> kinds) {
        SequencedSet<String> assumptions = new LinkedHashSet<>();
        lemmas.forEach(lemma -> assumptions.addAll(lemma.assumptions()));
        Optional<String> failure = lemmas.stream().flatMap(lemma -> lemma.failure().stream()).findFirst();
        return new DimensionProof(points, List.copyOf(assumptions), failure, lemmas, kinds);
    }

    /**
     * The block's sub-layers: parts that map the stream to itself. Where the block is proved, a part that does not is no sub-layer (a projection,
     * say); where it is not proved, that part may be the reason.
     */
    private static List<DimensionLemma> subLayers(Block block, DimensionLemma lemma) {
        return block.parts().stream().map(DimensionLemma::of).filter(part -> part.proved() || !lemma.proved()).toList();
    }

    private static int indexOfLike(DimensionLemma lemma, List<DimensionLemma> kinds) {
        for (int i = 0; i < kinds.size(); i++) {
            if (kinds.get(i).isLike(lemma)) {
                return i;
            }
        }
        return -1;
    }

    /** The hook points of a block. The x of a later block is the h of the block before it, which is counted already. */
    private static List<String> newPoints(DimensionLemma lemma, Block block, boolean first) {
        String x = block.path() + "." + block.chapter().get("x");
        return lemma.points().stream().filter(point -> first || !point.equals(x)).toList();
    }

    private boolean hasOwnStack() {
        return lemmas.stream().anyMatch(lemma -> lemma.subject().equals(STACK));
    }

    private int blocks() {
        return kinds.stream().mapToInt(List::size).sum();
    }

    public boolean proved() {
        return failure.isEmpty();
    }

    /** One sentence: {@code d preserved at 37 hook points: proved}. */
    public String sentence() {
        return failure.map(reason -> "d not preserved: " + reason)
                .orElseGet(() -> Text.format("d preserved at %d hook points: proved%s", points.size(),
                        assumptions.isEmpty() ? "" : " for " + String.join(", ", assumptions)));
    }

    /** The proof to read: each part with its operations and their compositions, each block by its operations, then the induction over depth. */
    public List<String> derivation() {
        List<String> lines = new ArrayList<>();
        Predicate<DimensionLemma> isBlock = lemma -> kinds.stream().anyMatch(paths -> paths.contains(lemma.subject()));
        lemmas.forEach(lemma -> lines.addAll(isBlock.test(lemma) ? lemma.outline() : lemma.derivation()));
        if (proved() && !kinds.isEmpty()) {
            kinds.forEach(paths -> lines.add("blocks of one kind, with the same derivation: " + String.join(", ", paths)));
            lines.add(hasOwnStack() ? Text.format("the stack computes something besides its blocks: proved for the %d blocks that it has", blocks())
                    : Text.format("by induction over depth: x_0 is %s, and each kind of block maps that shape to itself, so x_L is it for every number L of blocks",
                            Step.shape(DimensionLemma.STREAM)));
        }
        lines.add(sentence());
        return lines;
    }
}
