package io.fluxo.experiments.inspect.instrument;

import io.fluxo.block.Branch;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.inspect.ModelContract;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who makes a logit, or the difference of two: what the unembedding reads of everything that was added to the stream, norms frozen (Elhage et al. 2021). At each of its
 * levels the shares sum up to the logit; a sum that does not is an error. What it does not say: a sub-layer may act by what later ones read of it, which is their share.
 */
public final class DirectAttribution {

    private static final String NAME = "direct logit attribution";

    private final Inspected subject;
    private final Run run;
    private final FrozenStream stream;
    private final Target target;
    private final Map<Origin, double[][]> added;
    private final Map<Origin, double[]> directions;
    private final Shares constants = new Shares();
    private final double logit;
    private final double largest;

    /**
     * What is attributed.
     *
     * @param position at which the model predicts
     * @param token    whose logit
     * @param foil     a token whose logit is taken off
     */
    public record Target(int position, int token, OptionalInt foil) {}

    /** What {@code origin} has in the logit. */
    public record Share(Origin origin, double value) {}

    /**
     * The logit taken apart.
     *
     * @param logit    what the model computed
     * @param sum      of the shares
     * @param residual |sum − logit|, relative to the largest logit of the position
     */
    public record Level(List<Share> shares, double logit, double sum, double residual) {

        /** What each layer's sub-layers have together: layer → share. */
        public Map<Integer, Double> byLayer() {
            Map<Integer, Double> layers = new LinkedHashMap<>();
            shares.forEach(share -> layer(share.origin).ifPresent(layer -> layers.merge(layer, share.value, Double::sum)));
            return layers;
        }

        private static OptionalInt layer(Origin origin) {
            return switch (origin) {
                case Origin.SubLayer(int layer, Branch.Kind _) -> OptionalInt.of(layer);
                case Origin.Head(int layer, int _) -> OptionalInt.of(layer);
                case Origin.Source(int layer, int _, int _) -> OptionalInt.of(layer);
                case Origin.Neuron(int layer, int _) -> OptionalInt.of(layer);
                case Origin.Input _, Origin.Constant _ -> OptionalInt.empty();
            };
        }
    }

    private DirectAttribution(Inspected subject, Run run, Target target) {
        this.subject = subject;
        this.run = run;
        this.target = target;
        stream = FrozenStream.of(subject, run, NAME);
        added = stream.added();
        double[][] logits = stream.run().logits();
        require("position", target.position, logits.length);
        double[] here = logits[target.position];
        require("token", target.token, here.length);
        target.foil.ifPresent(foil -> require("foil", foil, here.length));
        FrozenReading reading = FrozenReading.of(subject, stream, NAME);
        double[] direction = reading.direction(target.position, target.token, 1, constants);
        double[] contrast = target.foil.isEmpty() ? direction : Vectors.sum(direction, reading.direction(target.position, target.foil.getAsInt(), -1, constants));
        directions = stream.pulledBack(target.position, contrast, constants);
        logit = here[target.token] - (target.foil.isEmpty() ? 0 : here[target.foil.getAsInt()]);
        largest = Arrays.stream(here).map(Math::abs).max().orElseThrow();
    }

    private static void require(String what, int value, int count) {
        if (value < 0 || value >= count) {
            throw new IllegalArgumentException(Text.format("direct logit attribution: there is no %s %d; they go from 0 to %d", what, value, count - 1));
        }
    }

    /** @throws io.fluxo.inspect.MeaninglessInstrumentException where the model's logits cannot be taken apart */
    public static DirectAttribution of(Inspected subject, int[] ids, Target target) {
        return of(subject, Run.of(subject, ids), target);
    }

    public static DirectAttribution of(Inspected subject, Run run, Target target) {
        return new DirectAttribution(subject, run, target);
    }

    /** By sub-layer, with what entered the stream, biases of norms on the way, and the unembedding's bias. */
    public Level bySubLayer() {
        return level(this::whole);
    }

    /** By sub-layer, attention's part by head: z_h · W_O^h, b_O apart. */
    public Level byHead() {
        return level((origin, direction, shares) -> {
            if (origin instanceof Origin.SubLayer(int layer, Branch.Kind kind) && kind == Branch.Kind.ATTENTION) {
                Part part = part(layer, kind, direction, shares);
                part.eachInput((head, _, value) -> shares.add(new Origin.Head(layer, head), value));
            } else {
                whole(origin, direction, shares);
            }
        });
    }

    /** By sub-layer, the network's part by hidden number: post_k · W_out[k], b_out apart. */
    public Level byNeuron() {
        return level((origin, direction, shares) -> {
            if (origin instanceof Origin.SubLayer(int layer, Branch.Kind kind) && kind == Branch.Kind.NETWORK) {
                Part part = part(layer, kind, direction, shares);
                part.eachInput((_, neuron, value) -> shares.add(new Origin.Neuron(layer, neuron), value));
            } else {
                whole(origin, direction, shares);
            }
        });
    }

    /** By sub-layer, attention's part by head and by the token it came from: pattern · v, taken apart by key. */
    public Level bySource() {
        Recording patterns = run.keeping(point -> point.name().endsWith(".attn.hook_pattern") || point.name().endsWith(".attn.hook_v"));
        return level((origin, direction, shares) -> {
            if (origin instanceof Origin.SubLayer(int layer, Branch.Kind kind) && kind == Branch.Kind.ATTENTION) {
                sources(layer, part(layer, kind, direction, shares), patterns, shares);
            } else {
                whole(origin, direction, shares);
            }
        });
    }

    @FunctionalInterface
    private interface Splitting {
        void split(Origin origin, double[] direction, Shares shares);
    }

    private Level level(Splitting splitting) {
        Shares shares = new Shares();
        added.keySet().forEach(origin -> splitting.split(origin, directions.get(origin), shares));
        constants.values().forEach(shares::add);
        List<Share> found = new ArrayList<>();
        shares.values().forEach((origin, value) -> found.add(new Share(origin, value)));
        double sum = found.stream().mapToDouble(Share::value).sum();
        double residual = Math.abs(sum - logit) / largest;
        if (!Exactness.of(subject).holds(residual)) {
            throw new IllegalStateException(Text.format("the shares make %.9g and the logit is %.9g: they differ by %.2g of the largest logit, and rounding may explain %.2g", sum, logit,
                    residual, Exactness.of(subject).relative()));
        }
        return new Level(List.copyOf(found), logit, sum, residual);
    }

    private void whole(Origin origin, double[] direction, Shares shares) {
        shares.add(origin, Vectors.dot(direction, added.get(origin)[target.position]));
    }

    /**
     * What is behind a sub-layer's result.
     *
     * @param readings what the logit takes of each input of the last projection
     */
    private record Part(Projection projection, double[] readings, int position) {

        private interface Each {
            void input(int head, int index, double value);
        }

        void eachInput(Each each) {
            int width = readings.length / projection.heads();
            for (int k = 0; k < readings.length; k++) {
                each.input(k / width, k, projection.inputs()[position][k] * readings[k]);
            }
        }
    }

    /** The last projection of a sub-layer, under {@code direction} on its contribution; its bias and the norm's after it are shares already. */
    private Part part(int layer, Branch.Kind kind, double[] direction, Shares shares) {
        Optional<Transfer> transfer = Transfer.of(subject, stream.run(), layer, kind);
        refuse(transfer.isEmpty() ? Optional.of(Transfer.against(subject, stream.run(), layer, kind)) : Optional.empty(), kind);
        Optional<Projection> projection = Projection.of(subject, Weights.of(subject), stream.run(), layer, kind);
        refuse(projection.isEmpty() ? Optional.of(Projection.against(subject, layer, kind)) : Optional.empty(), kind);
        transfer.orElseThrow().constants(target.position, direction, shares);
        double[] onResult = transfer.orElseThrow().pulledBack(target.position, direction);
        projection.orElseThrow().bias().ifPresent(bias -> shares.add(new Origin.Constant(bias.name()), Vectors.dot(onResult, bias.values())));
        return new Part(projection.orElseThrow(), projection.orElseThrow().readings(onResult), target.position);
    }

    private void refuse(Optional<String> reason, Branch.Kind kind) {
        ModelContract.of(subject.model()).require(NAME + (kind == Branch.Kind.ATTENTION ? " by head" : " by neuron"), reason);
    }

    private void sources(int layer, Part part, Recording patterns, Shares shares) {
        String path = subject.model().blocks().get(layer).path() + ".attn.";
        refuse(part.projection.point().equals(path + "hook_z") && patterns.values().containsKey(path + "hook_pattern") && patterns.values().containsKey(path + "hook_v") ? Optional.empty()
                : Optional.of(Text.format("what its W_O reads in %s is not shown as pattern · v", path)), Branch.Kind.ATTENTION);
        HostArray v = patterns.at(path + "hook_v");                         // [1 m fewer d_v]
        double[] values = v.toDoubles();
        double[] pattern = patterns.at(path + "hook_pattern").toDoubles();  // [1 head n m]
        int keys = v.shape().size(1);
        int fewer = v.shape().size(2);
        int width = v.shape().size(3);
        int heads = part.projection.heads();
        int queries = pattern.length / heads / keys;
        for (int head = 0; head < heads; head++) {
            for (int key = 0; key < keys; key++) {
                double read = 0;
                for (int k = 0; k < width; k++) {
                    read += values[(key * fewer + head / (heads / fewer)) * width + k] * part.readings[head * width + k];
                }
                shares.add(new Origin.Source(layer, head, key), pattern[(head * queries + target.position) * keys + key] * read);
            }
        }
    }
}
