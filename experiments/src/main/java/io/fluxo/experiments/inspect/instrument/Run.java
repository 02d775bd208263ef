package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A pass over one sequence that can be made again, to keep other values. */
@FunctionalInterface
public interface Run {

    Recording keeping(Predicate<HookPoint> wanted);

    /** Over tokens. */
    static Run of(Inspected subject, int[] ids) {
        return wanted -> Recording.of(subject, ids, wanted);
    }

    /**
     * From the stream on, for a model whose input is no text.
     *
     * @param x0 what enters the first block, [1 pos d_model]
     */
    static Run from(Inspected subject, HostArray x0) {
        return wanted -> {
            try (TensorScope _ = subject.backend().openScope()) {
                Cache cache = new Cache(wanted);
                Pass pass = subject.pass().with(cache).withAliases(subject.model().aliases());
                Tensor logits = subject.model().unembed(pass, subject.model().stream(pass, subject.backend().upload(x0)));
                Map<String, HostArray> values = new LinkedHashMap<>();
                cache.values().forEach((name, value) -> values.put(name, subject.backend().download(value)));
                return new Recording(new int[0], rows(subject.backend().download(logits)), values);
            }
        };
    }

    /** [1 pos …] or [pos …] → pos rows. */
    private static double[][] rows(HostArray array) {
        Shape shape = array.shape();
        double[] all = array.toDoubles();
        int positions = shape.size(1);
        int width = all.length / positions;
        return IntStream.range(0, positions).mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width)).toArray(double[][]::new);
    }
}
