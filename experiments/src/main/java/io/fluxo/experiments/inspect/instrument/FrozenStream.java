package io.fluxo.experiments.inspect.instrument;

import io.fluxo.block.Block;
import io.fluxo.block.Branch;
import io.fluxo.block.StreamContract;
import io.fluxo.block.StreamSum;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.inspect.ModelContract;
import io.fluxo.layer.Layer;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The stream of one run as its blocks declare it, the norms on its way frozen: a list of steps, each linear. Terms are carried forward through it, directions
 * backward.
 *
 * @param run     what it was made from
 * @param streams the steps of each stream, in the order of the run
 * @param ending  the norm through which a second stream joins the first
 * @param last    what the steps end in, [pos d_model]
 */
record FrozenStream(Recording run, List<List<Step>> streams, Optional<FrozenNorm> ending, double[][] last) {

    /** What happens to a stream. */
    sealed interface Step {

        /** @param values [pos d_model] */
        record Add(Origin origin, double[][] values) implements Step {}

        record Carry(double factor) implements Step {}

        record Norm(FrozenNorm norm) implements Step {}
    }

    /** What stands before the blocks, in the order in which it is added. */
    private static final List<String> INPUTS = List.of("hook_embed", "hook_token_type_embed", "hook_pos_embed");

    /** The points that {@link #of} needs: those at operations' boundaries, and those that the blocks declare. */
    static boolean wants(HookPoint point, Set<String> declared) {
        return !point.interior() || declared.contains(point.name());
    }

    static Set<String> declared(Inspected subject) {
        Set<String> names = new HashSet<>();
        for (Block block : subject.model().blocks()) {
            block.contract().ifPresent(contract -> contract.branches().forEach(branch -> names.addAll(List.of(block.path() + "." + branch.result(),
                    block.path() + "." + branch.contribution()))));
        }
        return names;
    }

    static FrozenStream of(Inspected subject, Run run, String instrument) {
        ModelContract contract = ModelContract.of(subject.model());
        contract.require(instrument, contract.againstDecomposition());
        contract.require(instrument, subject.model().blocks().isEmpty() ? Optional.of("it has no blocks, and nothing adds to its stream") : Optional.empty());
        contract.require(instrument, Exactness.against(subject));
        Set<String> declared = declared(subject);
        return new Reader(subject, contract, instrument, run.keeping(point -> wants(point, declared))).read();
    }

    /** Makes the steps out of what the blocks declare and the run shows. */
    private record Reader(Inspected subject, ModelContract contract, String instrument, Recording run) {

        private FrozenStream read() {
            List<List<Step>> streams = new ArrayList<>();
            List<double[][]> ends = new ArrayList<>();
            for (int stream = 0; stream < contract.streams(); stream++) {
                List<Step> steps = new ArrayList<>(beginning());
                String end = "";
                for (int layer = 0; layer < subject.model().blocks().size(); layer++) {
                    for (StreamSum sum : declaration(layer).of(stream)) {
                        steps(steps, layer, sum);
                        end = path(layer) + sum.end();
                    }
                }
                streams.add(steps);
                ends.add(run.rowsAt(end));
            }
            double[][] last = ending();
            return new FrozenStream(run, streams, streams.size() == 1 ? Optional.empty() : Optional.of(joining(ends, last)), last);
        }

        private StreamContract declaration(int layer) {
            return subject.model().blocks().get(layer).contract().orElseThrow();
        }

        private String path(int layer) {
            return subject.model().blocks().get(layer).path() + ".";
        }

        private void steps(List<Step> steps, int layer, StreamSum sum) {
            if (sum.carry() != 1) {
                steps.add(new Step.Carry(sum.carry()));
            }
            for (Branch.Kind kind : sum.adds()) {
                steps.add(new Step.Add(new Origin.SubLayer(layer, kind), run.rowsAt(path(layer) + declaration(layer).branch(kind).contribution())));
            }
            sum.normalised().ifPresent(point -> steps.add(new Step.Norm(norm(layer, path(layer) + sum.to(), path(layer) + point))));
        }

        /** The norm of the block that returned what stands at {@code to}. */
        private FrozenNorm norm(int layer, String from, String to) {
            double[] returned = run.at(to).toDoubles();
            Optional<Layer> norm = subject.model().blocks().get(layer).parts().stream().filter(part -> run.values().containsKey(part.path() + ".hook_out")
                    && Arrays.equals(run.at(part.path() + ".hook_out").toDoubles(), returned)).findFirst();
            refuse(norm.isEmpty(), Text.format("no part of %s shows at its hook_out what stands at %s", path(layer), to));
            return frozen(norm.orElseThrow(), run.rowsAt(from));
        }

        private FrozenNorm frozen(Layer norm, double[][] input) {
            Optional<FrozenNorm> frozen = FrozenNorm.of(norm, input, subject.backend());
            refuse(frozen.isEmpty(), notAffine(norm));
            return frozen.orElseThrow();
        }

        private void refuse(boolean condition, String reason) {
            contract.require(instrument, condition ? Optional.of(reason) : Optional.empty());
        }

        /** x_0: the sum of tokens, types and positions, and its norm where there is one. A run that begins at the stream has x_0 as one term. */
        private List<Step> beginning() {
            String point = path(0) + declaration(0).of(0).getFirst().from();
            double[][] x0 = run.rowsAt(point);
            List<Step> steps = new ArrayList<>();
            double[][] sum = new double[x0.length][x0[0].length];
            for (String input : INPUTS) {
                if (run.values().containsKey(input)) {
                    double[][] rows = rows(run.at(input), x0.length);
                    steps.add(new Step.Add(new Origin.Input(input), rows));
                    sum = Vectors.sum(sum, rows);
                }
            }
            if (steps.isEmpty()) {
                return List.of(new Step.Add(new Origin.Input(point), x0));
            }
            Optional<Layer> norm = within(subject.model()).filter(layer -> layer.path().equals("embed.ln")).findFirst();
            if (norm.isPresent()) {
                steps.add(new Step.Norm(frozen(norm.get(), sum)));
                return steps;
            }
            refuse(!Exactness.of(subject).same(sum, x0), Text.format("what stands at %s is not the sum of what stands at %s", point, String.join(", ", INPUTS)));
            return steps;
        }

        private static Stream<Layer> within(Layer layer) {
            return layer.parts().stream().flatMap(part -> Stream.concat(Stream.of(part), part instanceof Block ? Stream.empty() : within(part)));
        }

        /** [1 pos d], [pos d], or one row for all positions. */
        private static double[][] rows(HostArray array, int positions) {
            double[] all = array.toDoubles();
            int width = array.shape().size(array.shape().rank() - 1);
            double[][] rows = new double[positions][];
            Arrays.setAll(rows, i -> all.length == width ? all : Arrays.copyOfRange(all, i * width, (i + 1) * width));
            return rows;
        }

        /** What the stack hands on, computed by the stack itself. */
        private double[][] ending() {
            int layer = subject.model().blocks().size() - 1;
            try (TensorScope _ = subject.backend().openScope()) {
                List<Tensor> streams = new ArrayList<>();
                for (int stream = 0; stream < contract.streams(); stream++) {
                    streams.add(subject.backend().upload(run.at(path(layer) + declaration(layer).of(stream).getLast().end())));
                }
                return rows(subject.backend().download(subject.model().stack().ending(subject.pass(), streams)), run.logits().length);
            }
        }

        /** The norm N where the stack ends in x + N(r). */
        private FrozenNorm joining(List<double[][]> ends, double[][] last) {
            List<Layer> norms = subject.model().stack().parts().stream().filter(part -> !(part instanceof Block)).toList();
            refuse(ends.size() != 2 || norms.size() != 1, Text.format("its stack joins %d streams in another way than x + N(r)", ends.size()));
            FrozenNorm norm = frozen(norms.getFirst(), ends.get(1));
            refuse(!Exactness.of(subject).same(Vectors.sum(ends.get(0), Vectors.normalised(norm, ends.get(1))), last), "its stack joins its streams in another way than x + N(r)");
            return norm;
        }
    }

    /** Why terms cannot be carried through {@code norm}. */
    static String notAffine(Layer norm) {
        return Text.format("%s (%s) is not affine, even with its σ held: terms cannot be carried through it one by one", norm.path(), norm.getClass().getSimpleName());
    }

    /** Each term as it arrives at the end of the stream: origin → [pos d_model]. */
    Map<Origin, double[][]> carried() {
        Map<Origin, double[][]> all = terms(streams.getFirst());
        ending.ifPresent(norm -> {
            Map<Origin, double[][]> second = terms(streams.get(1));
            through(second, norm);
            second.forEach((origin, values) -> all.merge(origin, values, Vectors::sum));
        });
        return all;
    }

    private static Map<Origin, double[][]> terms(List<Step> steps) {
        Map<Origin, double[][]> terms = new LinkedHashMap<>();
        for (Step step : steps) {
            switch (step) {
                case Step.Add(Origin origin, double[][] values) -> terms.merge(origin, values, Vectors::sum);
                case Step.Carry(double factor) -> terms.replaceAll((_, values) -> Vectors.scaled(values, factor));
                case Step.Norm(FrozenNorm norm) -> through(terms, norm);
            }
        }
        return terms;
    }

    private static void through(Map<Origin, double[][]> terms, FrozenNorm norm) {
        terms.replaceAll((_, values) -> Vectors.carried(norm, values));
        if (Vectors.isAny(norm.offset())) {
            double[][] offsets = new double[norm.inverse().length][];
            Arrays.fill(offsets, norm.offset());
            terms.merge(norm.constant(), offsets, Vectors::sum);
        }
    }

    /** What is added to the stream, as it is added. */
    Map<Origin, double[][]> added() {
        Map<Origin, double[][]> added = new LinkedHashMap<>();
        for (Step step : streams.getFirst()) {
            if (step instanceof Step.Add(Origin origin, double[][] values)) {
                added.put(origin, values);
            }
        }
        return added;
    }

    /**
     * Directions that read, from what is added, what {@code direction} reads of it at the end of the stream.
     *
     * @param constants is told what it reads of the norms' β
     */
    Map<Origin, double[]> pulledBack(int position, double[] direction, Shares constants) {
        Map<Origin, double[]> directions = pulledBack(streams.getFirst(), position, direction, constants);
        ending.ifPresent(norm -> {
            constants.add(norm.constant(), Vectors.dot(direction, norm.offset()));
            pulledBack(streams.get(1), position, norm.pullBack(position, direction), constants).forEach((origin, one) -> directions.merge(origin, one, Vectors::sum));
        });
        return directions;
    }

    private static Map<Origin, double[]> pulledBack(List<Step> steps, int position, double[] direction, Shares constants) {
        Map<Origin, double[]> directions = new LinkedHashMap<>();
        double[] current = direction;
        for (Step step : steps.reversed()) {
            switch (step) {
                case Step.Add(Origin origin, double[][] _) -> directions.put(origin, current);
                case Step.Carry(double factor) -> current = Vectors.scaled(current, factor);
                case Step.Norm(FrozenNorm norm) -> {
                    constants.add(norm.constant(), Vectors.dot(current, norm.offset()));
                    current = norm.pullBack(position, current);
                }
            }
        }
        return directions;
    }
}
