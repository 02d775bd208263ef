package io.fluxo.experiments.inspect;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * One pass over one sequence.
 *
 * @param ids    the sequence
 * @param logits [pos d_vocab]
 * @param values hook point → its value, in the order of the pass
 */
public record Recording(int[] ids, double[][] logits, Map<String, HostArray> values) {

    /** Keeps the values at the hook points that {@code wanted} accepts. */
    public static Recording of(Inspected subject, int[] ids, Predicate<HookPoint> wanted) {
        return of(subject, ids, wanted, Hooks.NONE);
    }

    /** @param changes act before values are kept */
    public static Recording of(Inspected subject, int[] ids, Predicate<HookPoint> wanted, Hooks changes) {
        return kept(subject, ids, wanted, cache -> subject.model().forward(subject.pass().with(changes == Hooks.NONE ? cache : Hooks.all(List.of(changes, cache))), subject.upload(ids)));
    }

    /**
     * From the stream on, for a model whose input is no text.
     *
     * @param x0 what enters the first block, [1 pos d_model]
     */
    public static Recording from(Inspected subject, HostArray x0, Predicate<HookPoint> wanted) {
        return kept(subject, new int[0], wanted, cache -> {
            Pass pass = subject.pass().with(cache).withAliases(subject.model().aliases());
            return subject.model().unembed(pass, subject.model().stream(pass, subject.backend().upload(x0)));
        });
    }

    /** @param run from a cache to the logits */
    private static Recording kept(Inspected subject, int[] ids, Predicate<HookPoint> wanted, Function<Cache, Tensor> run) {
        try (TensorScope _ = subject.backend().openScope()) {
            Cache cache = new Cache(wanted);
            Tensor logits = run.apply(cache);
            Map<String, HostArray> values = new LinkedHashMap<>();
            cache.values().forEach((name, value) -> values.put(name, subject.backend().download(value)));
            return new Recording(ids, rows(subject.backend().download(logits)), values);
        }
    }

    /** @throws NoSuchElementException where it was not kept */
    public HostArray at(String point) {
        HostArray value = values.get(point);
        if (value == null) {
            throw new NoSuchElementException("nothing was kept at " + point);
        }
        return value;
    }

    /** The value at {@code point} of the one sequence, row by row: [pos …] → pos rows. */
    public double[][] rowsAt(String point) {
        return rows(at(point));
    }

    /** [1 n …] or [n …] → n rows. */
    public static double[][] rows(HostArray array) {
        Shape shape = array.shape();
        int n = shape.size(0) == 1 && shape.rank() > 2 ? shape.size(1) : shape.size(0);
        double[] all = array.toDoubles();
        int width = all.length / n;
        return IntStream.range(0, n).mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width)).toArray(double[][]::new);
    }
}
