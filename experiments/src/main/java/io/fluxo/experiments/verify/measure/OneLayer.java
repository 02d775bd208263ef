package io.fluxo.experiments.verify.measure;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** One layer in float64 with given values in its cells, to be run and looked into. Closing it frees what it made. */
public final class OneLayer implements AutoCloseable {

    private static final String OUTPUT = "";

    private final Layer layer;
    private final Backend backend;
    private final TensorScope scope;
    private final Map<String, HostArray> values = new LinkedHashMap<>();

    /**
     * {@code layer}, every cell drawn from N(0, deviation²).
     *
     * @param backend that computes in float64
     */
    public OneLayer(Layer layer, Backend backend, RandomKey key, double deviation) {
        this(layer, backend, cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), deviation));
    }

    /** @param drawn the values of a cell, row-major */
    public OneLayer(Layer layer, Backend backend, Function<Cell, double[]> drawn) {
        this.layer = layer;
        this.backend = backend;
        scope = backend.openScope();
        layer.cells().forEach(cell -> put(cell, drawn.apply(cell)));
    }

    public Layer layer() {
        return layer;
    }

    /** The operations that it runs on, for changes at hook points. */
    public Ops ops() {
        return new Ops(backend);
    }

    /** Whether there is a cell of that name. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Gives the cell called {@code name} other values, row-major. */
    public OneLayer set(String name, double... numbers) {
        put(layer.cells().stream().filter(cell -> cell.name().equals(name)).findFirst().orElseThrow(() -> new NoSuchElementException("there is no " + name)), numbers);
        return this;
    }

    private void put(Cell cell, double[] numbers) {
        HostArray value = HostArray.of(cell.shape(), DType.F64, numbers);
        values.put(cell.name(), value);
        cell.set(backend.upload(value));
    }

    /** The values of the cell called {@code name}, row-major. */
    public double[] value(String name) {
        return kept(values, name).toDoubles();
    }

    /** Gives every cell of {@code other} that this one has too the value that it has here. */
    public void shareWith(OneLayer other) {
        values.forEach((name, value) -> {
            if (other.has(name)) {
                other.set(name, value.toDoubles());
            }
        });
    }

    /** The output for {@code x}. */
    public double[] output(HostArray x) {
        return run(x).at(OUTPUT);
    }

    /** What hook points showed, and under the empty name the output. */
    public record Shown(Map<String, HostArray> values) {

        /** Row-major. */
        public double[] at(String point) {
            return kept(values, point).toDoubles();
        }
    }

    /** The output for {@code x}, and what hook points with these names show. */
    public Shown run(HostArray x, String... points) {
        return run(x, Hooks.NONE, points);
    }

    /** @param changes act before values are kept */
    public Shown run(HostArray x, Hooks changes, String... points) {
        try (TensorScope _ = backend.openScope()) {
            Cache cache = Cache.of(points);
            Pass pass = Pass.evaluation(backend).with(changes == Hooks.NONE ? cache : Hooks.all(List.of(changes, cache)));
            Tensor output = layer.forward(pass, backend.upload(x));
            Map<String, HostArray> shown = new LinkedHashMap<>();
            cache.values().forEach((name, value) -> shown.put(name, backend.download(value)));
            shown.put(OUTPUT, backend.download(output));
            return new Shown(shown);
        }
    }

    /**
     * ∂ Σ seed·(what {@code to} shows) by what {@code from} shows.
     *
     * @param seed of the shape of the value at {@code to}, row-major
     */
    public double[] pulledBack(HostArray x, String from, String to, double[] seed) {
        try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Cache cache = Cache.of(from, to);
            layer.forward(Pass.evaluation(tape).with(cache), tape.watch(backend.upload(x)));
            Tensor end = cache.values().get(to);
            Tensor gradient = tape.gradients(end, backend.upload(HostArray.of(end.shape(), DType.F64, seed)), List.of(cache.values().get(from)))[0];
            return backend.download(gradient).toDoubles();
        }
    }

    private static HostArray kept(Map<String, HostArray> of, String name) {
        HostArray value = of.get(name);
        if (value == null) {
            throw new NoSuchElementException("nothing is called " + name);
        }
        return value;
    }

    @Override
    public void close() {
        scope.close();
    }
}
