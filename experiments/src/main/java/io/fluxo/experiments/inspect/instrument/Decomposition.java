package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.inspect.ModelContract;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.model.Transformer;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The stream after the last block as a sum: what entered it, what each sub-layer added, and the β of norms on the way. Where the stream only adds up, terms are the
 * contributions themselves. Where norms of the stream follow its sums (post-norm), each term is carried through every later norm with σ held at its value in this run
 * (Kobayashi et al. 2021): the norm is affine then, and the sum stays exact. Of two streams (ResiDual) a term is what arrives through both.
 *
 * @param terms    in the order in which they join the stream
 * @param stream   what they sum up to: what the final norm, or the unembedding, reads, [pos d_model]
 * @param residual the largest difference between sum and stream, relative to the largest number of the stream
 */
public record Decomposition(List<Term> terms, double[][] stream, double residual) {

    /** @param values [pos d_model], as it arrives at the end */
    public record Term(Origin origin, double[][] values) {}

    /** Why the stream of {@code model} cannot be taken apart, as far as it can be said without its weights; empty where it can. */
    public static Optional<String> against(Transformer model) {
        return ModelContract.of(model).againstDecomposition().or(() -> model.blocks().stream().filter(block -> block.contract().orElseThrow().normalises())
                .flatMap(block -> block.parts().stream()).filter(DynamicTanh.class::isInstance).findFirst().map(FrozenStream::notAffine));
    }

    public static Decomposition of(Inspected subject, int[] ids) {
        return of(subject, Run.of(subject, ids));
    }

    /**
     * @throws io.fluxo.inspect.MeaninglessInstrumentException where the model's stream cannot be taken apart
     * @throws IllegalStateException where the terms do not make the stream: the model's blocks declare something else than they do
     */
    public static Decomposition of(Inspected subject, Run run) {
        FrozenStream frozen = FrozenStream.of(subject, run, "the decomposition of the stream");
        List<Term> terms = new ArrayList<>();
        frozen.carried().forEach((origin, values) -> terms.add(new Term(origin, values)));
        double[][] sum = terms.stream().map(Term::values).reduce(Vectors::sum).orElseThrow();
        double residual = Exactness.difference(sum, frozen.last());
        if (!Exactness.of(subject).holds(residual)) {
            throw new IllegalStateException(Text.format("the terms do not make the stream: they differ by %.2g of its largest number, and rounding explains %.2g. The model's blocks"
                    + " declare another stream than theirs", residual, Exactness.of(subject).relative()));
        }
        return new Decomposition(terms, frozen.last(), residual);
    }
}
