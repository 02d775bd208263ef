package io.fluxo.experiments.inspect.view;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.instrument.DirectAttribution;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Level;
import io.fluxo.experiments.inspect.instrument.Origin;
import io.fluxo.generate.Sampler;
import io.fluxo.inspect.MeaninglessInstrumentException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The largest logit of the last position, taken apart.
 *
 * @param token      whose logit
 * @param bySubLayer the shares of what each sub-layer added to the stream
 * @param byHead     with attention's taken apart into heads; empty where a head has no share of its own
 * @param bySource   with each head's taken apart by the token it came from; empty likewise
 * @param byNeuron   with the network's taken apart into its hidden numbers; empty where one has no share of its own
 */
public record Attribution(int token, Level bySubLayer, Optional<Level> byHead, Optional<Level> bySource, Optional<Level> byNeuron) {

    /** What one head moves from each token of the prompt. */
    public record Sources(int layer, int head, double[] values) {

        public double sum() {
            return Arrays.stream(values).sum();
        }
    }

    /** What one hidden number of a network has. */
    public record Neuron(int layer, int neuron, double value) {}

    static Attribution of(Inspected subject, int[] ids) {
        double[][] logits = Recording.of(subject, ids, _ -> false).logits();
        int token = Sampler.GREEDY.choose(logits[logits.length - 1], 0);
        DirectAttribution direct = DirectAttribution.of(subject, ids, new DirectAttribution.Target(ids.length - 1, token, OptionalInt.empty()));
        return new Attribution(token, direct.bySubLayer(), unlessMeaningless(direct::byHead), unlessMeaningless(direct::bySource), unlessMeaningless(direct::byNeuron));
    }

    /** Each head's share by the token it came from, in the order of the layers; none where there is no such share. */
    public List<Sources> sources(int positions) {
        Map<Origin.Head, double[]> heads = new LinkedHashMap<>();
        bySource.ifPresent(level -> level.shares().forEach(share -> {
            if (share.origin() instanceof Origin.Source(int layer, int head, int position)) {
                heads.computeIfAbsent(new Origin.Head(layer, head), _ -> new double[positions])[position] += share.value();
            }
        }));
        return heads.entrySet().stream().map(entry -> new Sources(entry.getKey().layer(), entry.getKey().head(), entry.getValue())).toList();
    }

    /** The hidden numbers with the largest shares, largest first. */
    public List<Neuron> neurons(int most) {
        return byNeuron.stream().flatMap(level -> level.shares().stream()).flatMap(share -> share.origin() instanceof Origin.Neuron(int layer, int neuron)
                ? Stream.of(new Neuron(layer, neuron, share.value())) : Stream.empty()).sorted(Comparator.comparingDouble(neuron -> -Math.abs(neuron.value()))).limit(most).toList();
    }

    private static Optional<Level> unlessMeaningless(Supplier<Level> level) {
        try {
            return Optional.of(level.get());
        } catch (MeaninglessInstrumentException noShares) {
            return Optional.empty();
        }
    }
}
