package io.fluxo.property;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A layer on a backend with a case's values in its parameters, to be run on host arrays. Closing it frees what it made. */
public final class Subject<L extends Layer> implements AutoCloseable {

    private final L layer;
    private final Backend backend;
    private final TensorScope scope;

    private Subject(L layer, Backend backend, TensorScope scope) {
        this.layer = layer;
        this.backend = backend;
        this.scope = scope;
    }

    /** {@code layer}, built at the sizes of {@code drawn}, with its values. */
    public static <L extends Layer> Subject<L> of(L layer, BlockCase drawn, Backend backend, DType dtype) {
        Subject<L> subject = new Subject<>(layer, backend, backend.openScope());
        try {
            layer.cells().forEach(parameter -> parameter.set(backend.upload(drawn.values(parameter, dtype))));
            return subject;
        } catch (RuntimeException | Error failure) {
            subject.close();
            throw failure;
        }
    }

    public L layer() {
        return layer;
    }

    /** The layer's output for {@code x}. */
    public HostArray output(HostArray x) {
        return compute(layer::forward, x);
    }

    /** The result of {@code f} on {@code x} in an evaluation pass. */
    public HostArray compute(BiFunction<Pass, Tensor, Tensor> f, HostArray x) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(f.apply(Pass.evaluation(backend), backend.upload(x)));
        }
    }

    /** The layer's output for {@code x}, and the values at its boundary hook points. */
    public Run run(HostArray x) {
        try (TensorScope _ = backend.openScope()) {
            Cache cache = Cache.boundaries();
            Tensor output = layer.forward(Pass.evaluation(backend).with(cache), backend.upload(x));
            Map<String, HostArray> hooks = new LinkedHashMap<>();
            cache.values().forEach((name, value) -> hooks.put(name, backend.download(value)));
            return new Run(backend.download(output), hooks);
        }
    }

    /**
     * @param output what came out
     * @param hooks  hook point → value, in the order of the run
     */
    public record Run(HostArray output, Map<String, HostArray> hooks) {

        /** The first place where a value was not finite: the claims assume that there is none. */
        public Optional<String> overflow() {
            return Stream.concat(hooks.entrySet().stream(), Stream.of(Map.entry("the output", output)))
                    .filter(entry -> !Arrays.stream(entry.getValue().toDoubles()).allMatch(Double::isFinite))
                    .map(Map.Entry::getKey).findFirst();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
