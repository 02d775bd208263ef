package io.fluxo.experiments.inspect.instrument;

import io.fluxo.block.Block;
import io.fluxo.block.Branch;
import io.fluxo.block.Factor;
import io.fluxo.block.Stack;
import io.fluxo.block.StreamContract;
import io.fluxo.block.StreamEnd;
import io.fluxo.block.StreamSum;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.inspect.FrozenFactor;
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
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The stream of one run as its blocks declare it, the norms on its way frozen: a list of steps, each linear. Terms are carried forward through it, directions
 * backward.
 *
 * @param run     what it was made from
 * @param streams the steps of each stream, in the order of the run, to where it joins the others
 * @param last    what the steps end in together, [pos d_model]
 */
record FrozenStream(Recording run, List<List<Step>> streams, double[][] last) {

    /** What happens to a stream, which is [pos d_model], or [pos stream·d_model] where several run side by side. */
    sealed interface Step {

        /**
         * @param values [pos d_model]
         * @param weight what the streams side by side take of it
         */
        record Add(Origin origin, double[][] values, FrozenFactor weight) implements Step {}

        record Carry(FrozenFactor factor) implements Step {}

        record Norm(FrozenNorm norm) implements Step {}
    }

    /** What stands before the blocks, in the order in which it is added. */
    private static final List<String> INPUTS = List.of("hook_embed", "hook_token_type_embed", "hook_pos_embed");

    /** What a single stream takes of what is added to it as it is. */
    private static final FrozenFactor ALL = FrozenFactor.ofContribution(Factor.ONE, 1, _ -> new double[0]);

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
            for (int stream = 0; stream < contract.streams(); stream++) {
                List<Step> steps = new ArrayList<>(beginning(stream));
                for (int layer = 0; layer < subject.model().blocks().size(); layer++) {
                    for (StreamSum sum : declaration(layer).of(stream)) {
                        steps(steps, layer, sum);
                    }
                }
                streams.add(steps);
            }
            double[][] last = ending(streams);
            return new FrozenStream(run, streams, last);
        }

        /** How many streams run side by side at {@code point}. */
        private int sideBySide(String point) {
            return run.at(point).shape().rank() == 4 ? run.at(point).shape().size(2) : 1;
        }

        private StreamContract declaration(int layer) {
            return subject.model().blocks().get(layer).contract().orElseThrow();
        }

        private String path(int layer) {
            return subject.model().blocks().get(layer).path() + ".";
        }

        private void steps(List<Step> steps, int layer, StreamSum sum) {
            Function<String, double[]> shown = point -> run.at(path(layer) + point).toDoubles();
            int streams = sideBySide(path(layer) + sum.to());
            sum.normedFirst().ifPresent(point -> steps.add(new Step.Norm(norm(layer, path(layer) + sum.from(), path(layer) + point))));
            carry(steps, FrozenFactor.ofStream(sum.carry(), streams, sideBySide(path(layer) + sum.carried()), shown));
            FrozenFactor weight = FrozenFactor.ofContribution(sum.weight(), streams, shown);
            for (Branch.Kind kind : sum.adds()) {
                steps.add(new Step.Add(new Origin.SubLayer(layer, kind), run.rowsAt(path(layer) + declaration(layer).branch(kind).contribution()), weight));
            }
            sum.normalised().ifPresent(point -> steps.add(new Step.Norm(norm(layer, path(layer) + sum.to(), path(layer) + point))));
        }

        private static void carry(List<Step> steps, FrozenFactor factor) {
            if (!factor.isOne()) {
                steps.add(new Step.Carry(factor));
            }
        }

        /** The norm of the block that returned what stands at {@code to}: the one whose point it is, or one that returned the same. */
        private FrozenNorm norm(int layer, String from, String to) {
            double[] returned = run.at(to).toDoubles();
            List<Layer> parts = subject.model().blocks().get(layer).parts();
            Optional<Layer> norm = parts.stream().filter(part -> to.equals(part.path() + ".hook_out")).findFirst()
                    .or(() -> parts.stream().filter(part -> run.values().containsKey(part.path() + ".hook_out")
                            && Arrays.equals(run.at(part.path() + ".hook_out").toDoubles(), returned)).findFirst());
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

        /**
         * x_0: the sum of tokens, types and positions, and its norm where there is one. A run that begins at the stream has x_0 as one term. Streams that run side by side
         * begin as copies.
         */
        private List<Step> beginning(int stream) {
            List<Step> steps = new ArrayList<>();
            for (String input : INPUTS) {
                if (run.values().containsKey(input)) {
                    steps.add(new Step.Add(new Origin.Input(input), rows(run.at(input), run.logits().length), ALL));
                }
            }
            if (steps.isEmpty()) {
                String point = path(0) + declaration(0).of(0).getFirst().from();
                steps.add(new Step.Add(new Origin.Input(point), first(run.rowsAt(point), sideBySide(point)), ALL));
            } else {
                Optional<Layer> norm = within(subject.model()).filter(layer -> layer.path().equals("embed.ln")).findFirst();
                norm.ifPresent(layer -> steps.add(new Step.Norm(frozen(layer, sum(steps)))));
            }
            String point = path(0) + declaration(0).of(stream).getFirst().from();
            carry(steps, FrozenFactor.ofContribution(Factor.ONE, sideBySide(point), _ -> new double[0]));
            refuse(!Exactness.of(subject).same(sum(steps), run.rowsAt(point)), Text.format("what stands at %s is not what enters the stream: %s", point,
                    steps.stream().flatMap(step -> step instanceof Step.Add(Origin origin, double[][] _, FrozenFactor _) ? Stream.of(origin.toString()) : Stream.empty())
                            .collect(Collectors.joining(", "))));
            return steps;
        }

        /** What the steps make together. */
        private static double[][] sum(List<Step> steps) {
            return terms(steps).values().stream().reduce(Vectors::sum).orElseThrow();
        }

        /** The first of {@code streams} side by side. */
        private static double[][] first(double[][] rows, int streams) {
            return Arrays.stream(rows).map(row -> Arrays.copyOf(row, row.length / streams)).toArray(double[][]::new);
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

        /** Leads each stream to where it joins the others. What the stack hands on is computed by the stack itself. */
        private double[][] ending(List<List<Step>> streams) {
            Stack stack = subject.model().stack();
            List<StreamEnd> ends = stack.ends();
            refuse(ends.size() != streams.size(), Text.format("its stack joins %s, and its blocks declare %d", Text.count(ends.size(), "stream"), streams.size()));
            double[][] sum = null;
            try (TensorScope _ = subject.backend().openScope()) {
                List<Tensor> values = new ArrayList<>();
                int layer = subject.model().blocks().size() - 1;
                for (int stream = 0; stream < streams.size(); stream++) {
                    String point = path(layer) + declaration(layer).of(stream).getLast().end();
                    values.add(subject.backend().upload(run.at(point)));
                    List<Step> last = joining(ends.get(stream), point);
                    streams.get(stream).addAll(last);
                    List<Step> alone = new ArrayList<>(List.of(new Step.Add(new Origin.Input(point), run.rowsAt(point), ALL)));
                    alone.addAll(last);
                    sum = sum == null ? sum(alone) : Vectors.sum(sum, sum(alone));
                }
                double[][] handedOn = rows(subject.backend().download(stack.ending(subject.pass(), values)), run.logits().length);
                refuse(!Exactness.of(subject).same(sum, handedOn), "its stack joins its streams in another way than it declares");
                return handedOn;
            }
        }

        private List<Step> joining(StreamEnd end, String point) {
            List<Step> steps = new ArrayList<>();
            int streams = sideBySide(point);
            refuse(end.norm().isPresent() && streams > 1, "its stack normalises streams side by side together");
            end.norm().ifPresent(norm -> steps.add(new Step.Norm(frozen(norm, run.rowsAt(point)))));
            carry(steps, FrozenFactor.ofEnd(end.factor(), streams, name -> run.at(name).toDoubles()));
            return steps;
        }
    }

    /** Why terms cannot be carried through {@code norm}. */
    static String notAffine(Layer norm) {
        return Text.format("%s (%s) is not affine, even with its σ held: terms cannot be carried through it one by one", norm.path(), norm.getClass().getSimpleName());
    }

    /** Each term as it arrives at the end of the stream: origin → [pos d_model]. */
    Map<Origin, double[][]> carried() {
        Map<Origin, double[][]> all = new LinkedHashMap<>();
        streams.forEach(steps -> terms(steps).forEach((origin, values) -> all.merge(origin, values, Vectors::sum)));
        return all;
    }

    private static Map<Origin, double[][]> terms(List<Step> steps) {
        Map<Origin, double[][]> terms = new LinkedHashMap<>();
        for (Step step : steps) {
            switch (step) {
                case Step.Add(Origin origin, double[][] values, FrozenFactor weight) -> terms.merge(origin, Vectors.applied(weight, values), Vectors::sum);
                case Step.Carry(FrozenFactor factor) -> terms.replaceAll((_, values) -> Vectors.applied(factor, values));
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

    /** What is added to the streams, as it is returned. */
    Map<Origin, double[][]> added() {
        Map<Origin, double[][]> added = new LinkedHashMap<>();
        for (Step step : streams.stream().flatMap(List::stream).toList()) {
            if (step instanceof Step.Add(Origin origin, double[][] values, FrozenFactor _)) {
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
        Map<Origin, double[]> directions = new LinkedHashMap<>();
        streams.forEach(steps -> pulledBack(steps, position, direction, constants).forEach((origin, one) -> directions.merge(origin, one, Vectors::sum)));
        return directions;
    }

    private static Map<Origin, double[]> pulledBack(List<Step> steps, int position, double[] direction, Shares constants) {
        Map<Origin, double[]> directions = new LinkedHashMap<>();
        double[] current = direction;
        for (Step step : steps.reversed()) {
            switch (step) {
                case Step.Add(Origin origin, double[][] _, FrozenFactor weight) -> directions.put(origin, weight.pulledBack(position, current));
                case Step.Carry(FrozenFactor factor) -> current = factor.pulledBack(position, current);
                case Step.Norm(FrozenNorm norm) -> {
                    constants.add(norm.constant(), Vectors.dot(current, norm.offset()));
                    current = norm.pullBack(position, current);
                }
            }
        }
        return directions;
    }
}
