package io.fluxo.proof;

import io.fluxo.layer.Pass;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Theorem 2.1 for one specification: the stream is [batch pos d_model] at x and at t1 … h of every block, whatever batch, pos, d_model,
 * n_heads, d_head, d_v, d_mlp and d_vocab are. The model's own layers run on symbols; the proof is that they run through, and what shapes
 * they show.
 *
 * @param points      the hook points at which d was preserved
 * @param assumptions bounds between sizes that the model relies on
 * @param failure     the first point at which it was not, and how; empty where the claim is proved
 */
public record DimensionProof(List<String> points, List<String> assumptions, Optional<String> failure) {

    /** Proves or refutes the claim for {@code spec}. */
    public static DimensionProof of(ModelSpec spec, Catalog catalog) {
        SymbolicBackend symbolic = new SymbolicBackend();
        Transformer model = ModelBuilder.build(spec, ModelDims.symbolic(), catalog);
        model.fill(parameter -> symbolic.variable(parameter.shape(), DType.F32));
        Shape tokens = Shape.of(Dim.symbol("batch"), Dim.symbol("pos"));
        Shape stream = Shape.of(Dim.symbol("batch"), Dim.symbol("pos"), Dim.symbol("d_model"));
        Cache cache = Cache.boundaries();
        List<String> preserved = new ArrayList<>();
        try {
            Tensor logits = model.forward(Pass.evaluation(symbolic).with(cache), symbolic.variable(tokens, DType.I32));
            if (!logits.shape().equals(stream.with(2, Dim.symbol("d_vocab")))) {
                return new DimensionProof(preserved, List.of(), Optional.of("the logits are " + logits.shape()));
            }
        } catch (ShapeMismatchException mismatch) {
            return new DimensionProof(preserved, List.of(), Optional.of(mismatch.getMessage()));
        }
        for (String point : streamPoints(model)) {
            Shape shape = cache.get(point).shape();
            if (!shape.equals(stream)) {
                return new DimensionProof(preserved, List.of(), Optional.of("%s is %s, not %s".formatted(point, shape, stream)));
            }
            preserved.add(point);
        }
        return new DimensionProof(preserved, List.copyOf(symbolic.assumptions()), Optional.empty());
    }

    /** x of the first block, then t1 … h of every block; x of a later block is the h before it. */
    private static List<String> streamPoints(Transformer model) {
        List<String> points = new ArrayList<>();
        for (var block : model.blocks()) {
            block.chapter().forEach((symbol, hook) -> {
                if (!symbol.equals("x") || block == model.blocks().getFirst()) {
                    points.add(block.path() + "." + hook);
                }
            });
        }
        return points;
    }

    public boolean proved() {
        return failure.isEmpty();
    }

    /** One sentence: {@code d preserved at 37 hook points: proved}. */
    public String sentence() {
        return failure.map(reason -> "d not preserved: " + reason)
                .orElseGet(() -> "d preserved at %d hook points: proved%s".formatted(points.size(),
                        assumptions.isEmpty() ? "" : " for " + String.join(", ", assumptions)));
    }
}
