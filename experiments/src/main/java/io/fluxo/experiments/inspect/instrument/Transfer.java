package io.fluxo.experiments.inspect.instrument;

import io.fluxo.block.Block;
import io.fluxo.block.Branch;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.layer.Layer;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What becomes of a sub-layer's result before it joins the stream: contribution = factor · N(result).
 *
 * @param norm   frozen; empty where there is none
 * @param factor of the residual connection, or of a gain: the one number that lies between in this run
 */
record Transfer(Optional<FrozenNorm> norm, double factor) {

    /** Empty where something else lies between: {@link #against} says what. */
    static Optional<Transfer> of(Inspected subject, Recording run, int layer, Branch.Kind kind) {
        Block block = subject.model().blocks().get(layer);
        Branch branch = block.contract().orElseThrow().branch(kind);
        if (branch.result().equals(branch.contribution())) {
            return Optional.of(new Transfer(Optional.empty(), 1));
        }
        Exactness exactness = Exactness.of(subject);
        double[][] result = run.rowsAt(block.path() + "." + branch.result());
        double[][] contribution = run.rowsAt(block.path() + "." + branch.contribution());
        List<FrozenNorm> norms = block.parts().stream().filter(part -> run.values().containsKey(part.path() + ".hook_out"))
                .flatMap(part -> FrozenNorm.of(part, result, subject.backend()).stream())
                .filter(norm -> exactness.same(Vectors.normalised(norm, result), run.rowsAt(norm.path() + ".hook_out"))).toList();
        return Stream.concat(norms.stream().map(Optional::of), Stream.of(Optional.<FrozenNorm>empty())).flatMap(norm -> {
            double[][] before = norm.map(one -> Vectors.normalised(one, result)).orElse(result);
            Transfer found = new Transfer(norm, factor(before, contribution));
            return exactness.same(Vectors.scaled(before, found.factor), contribution) ? Stream.of(found) : Stream.empty();
        }).findFirst();
    }

    /** The factor by which {@code after} comes nearest to {@code before}. */
    private static double factor(double[][] before, double[][] after) {
        double product = 0;
        double square = 0;
        for (int i = 0; i < before.length; i++) {
            product += Vectors.dot(before[i], after[i]);
            square += Vectors.dot(before[i], before[i]);
        }
        return square == 0 ? 0 : product / square;
    }

    static String against(Inspected subject, Recording run, int layer, Branch.Kind kind) {
        Block block = subject.model().blocks().get(layer);
        Branch branch = block.contract().orElseThrow().branch(kind);
        double[] contribution = run.at(block.path() + "." + branch.contribution()).toDoubles();
        Optional<Layer> between = block.parts().stream().filter(part -> run.values().containsKey(part.path() + ".hook_out")
                && Arrays.equals(run.at(part.path() + ".hook_out").toDoubles(), contribution)).findFirst();
        return between.map(FrozenStream::notAffine).orElse(Text.format("what lies between %s and %s of %s is neither a norm nor a factor", branch.result(), branch.contribution(),
                block.path()));
    }

    /** A direction on the contribution, as it reads the result. */
    double[] pulledBack(int position, double[] direction) {
        return Vectors.scaled(norm.map(one -> one.pullBack(position, direction)).orElse(direction), factor);
    }

    /** What a direction reads of the norm's β. */
    void constants(double[] direction, Shares shares) {
        norm.ifPresent(one -> shares.add(one.constant(), factor * Vectors.dot(direction, one.offset())));
    }
}
