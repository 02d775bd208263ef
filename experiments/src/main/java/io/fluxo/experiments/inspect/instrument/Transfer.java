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
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What becomes of a sub-layer's result before it joins the stream: contribution = factor · N(result).
 *
 * @param norm    frozen; empty where there is none
 * @param factors of the residual connection, of a gain, or of a rule that weighs each token by itself: the number that lies between at each position of this run
 */
record Transfer(Optional<FrozenNorm> norm, double[] factors) {

    /** Empty where something else lies between: {@link #against} says what. */
    static Optional<Transfer> of(Inspected subject, Recording run, int layer, Branch.Kind kind) {
        Block block = subject.model().blocks().get(layer);
        Branch branch = block.contract().orElseThrow().branch(kind);
        double[][] result = run.rowsAt(block.path() + "." + branch.result());
        if (branch.result().equals(branch.contribution())) {
            return Optional.of(new Transfer(Optional.empty(), DoubleStream.generate(() -> 1).limit(result.length).toArray()));
        }
        Exactness exactness = Exactness.of(subject);
        double[][] contribution = run.rowsAt(block.path() + "." + branch.contribution());
        List<FrozenNorm> norms = block.parts().stream().filter(part -> run.values().containsKey(part.path() + ".hook_out"))
                .flatMap(part -> FrozenNorm.of(part, result, subject.backend()).stream())
                .filter(norm -> exactness.same(Vectors.normalised(norm, result), run.rowsAt(norm.path() + ".hook_out"))).toList();
        return Stream.concat(norms.stream().map(Optional::of), Stream.of(Optional.<FrozenNorm>empty())).flatMap(norm -> {
            double[][] before = norm.map(one -> Vectors.normalised(one, result)).orElse(result);
            Transfer found = new Transfer(norm, factors(before, contribution));
            return exactness.same(Vectors.scaled(before, found.factors), contribution) ? Stream.of(found) : Stream.empty();
        }).findFirst();
    }

    /** The factors by which {@code after} comes nearest to {@code before}. */
    private static double[] factors(double[][] before, double[][] after) {
        return IntStream.range(0, before.length).mapToDouble(i -> {
            double square = Vectors.dot(before[i], before[i]);
            return square == 0 ? 0 : Vectors.dot(before[i], after[i]) / square;
        }).toArray();
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
        return Vectors.scaled(norm.map(one -> one.pullBack(position, direction)).orElse(direction), factors[position]);
    }

    /** What a direction reads of the norm's β. */
    void constants(int position, double[] direction, Shares shares) {
        norm.ifPresent(one -> shares.add(one.constant(), factors[position] * Vectors.dot(direction, one.offset())));
    }
}
