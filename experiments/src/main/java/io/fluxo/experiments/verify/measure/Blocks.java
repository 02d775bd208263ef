package io.fluxo.experiments.verify.measure;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPattern;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A model's blocks on a backend, fed with x_0 in place of tokens: what claims about initialisation, rank collapse and gradients are measured on. It is the
 * transformer that a specification builds, with the placements, norms and attention of a catalogue. Closing it frees what it made.
 */
public final class Blocks implements AutoCloseable {

    private final Transformer model;
    private final Backend backend;
    private final DType dtype;
    private final TensorScope scope;
    private final Map<String, Cell> cells = new HashMap<>();

    private Blocks(Transformer model, Backend backend, DType dtype) {
        this.model = model;
        this.backend = backend;
        this.dtype = dtype;
        this.scope = backend.openScope();
    }

    /**
     * The blocks of {@code spec}; their cells are drawn as the specification says.
     *
     * @param spec    {@code d_vocab} may be left out
     * @param backend where it is run
     * @param key     of the draws
     */
    public static Blocks of(ModelSpec spec, Catalog catalog, Backend backend, DType dtype, RandomKey key) {
        return of(spec, catalog, backend, dtype, cell -> cell.initializer().sample(cell.shape(), key.split(cell.name())));
    }

    /** @param drawn the values of each cell, row-major */
    public static Blocks of(ModelSpec spec, Catalog catalog, Backend backend, DType dtype, Function<Cell, double[]> drawn) {
        ModelSpec whole = spec.get(ModelSpec.D_VOCAB) == 0 ? spec.withVocabulary(2) : spec;
        Blocks blocks = new Blocks(ModelBuilder.transformer(whole, catalog), backend, dtype);
        try {
            blocks.model.cells().forEach(cell -> blocks.put(cell, drawn.apply(cell)));
            return blocks;
        } catch (RuntimeException | Error failure) {
            blocks.close();
            throw failure;
        }
    }

    public Transformer model() {
        return model;
    }

    public Backend backend() {
        return backend;
    }

    /**
     * Gives other values to the cells whose names match.
     *
     * @param pattern {@code blocks.*.attn.W_Q}
     * @param drawn   the values of a cell, row-major
     * @throws NoSuchElementException where no cell matches
     */
    public Blocks set(String pattern, Function<Cell, double[]> drawn) {
        HookPattern wanted = new HookPattern(pattern);
        List<Cell> cells = model.cells().stream().filter(cell -> wanted.matches(cell.name())).toList();
        if (cells.isEmpty()) {
            throw new NoSuchElementException("no parameter or buffer matches " + pattern);
        }
        cells.forEach(cell -> put(cell, drawn.apply(cell)));
        return this;
    }

    /** Fills the cells whose names match with one number. */
    public Blocks set(String pattern, double value) {
        return set(pattern, cell -> Draws.constant(cell.shape().elements(), value));
    }

    private void put(Cell cell, double[] numbers) {
        cell.set(backend.upload(HostArray.of(cell.shape(), dtype, numbers)));
        cells.put(cell.name(), cell);
    }

    /** The value of the cell called {@code name}. */
    public HostArray value(String name) {
        Cell cell = cells.get(name);
        if (cell == null) {
            throw new NoSuchElementException("there is no parameter or buffer " + name);
        }
        return backend.download(cell.value());
    }

    /**
     * What a run showed.
     *
     * @param output the stream after the last block, before any final norm, [batch pos d_model]
     * @param hooks  hook point → value, in the order of the run
     */
    public record Run(HostArray output, Map<String, HostArray> hooks) {

        /** @throws NoSuchElementException where nothing was kept under {@code name} */
        public HostArray at(String name) {
            HostArray value = hooks.get(name);
            if (value == null) {
                throw new NoSuchElementException("nothing was kept at " + name);
            }
            return value;
        }
    }

    /** Sends {@code x0}, [batch pos d_model], through the blocks and keeps what hook points with these names or patterns show. */
    public Run run(HostArray x0, String... points) {
        return run(x0, Hooks.NONE, points);
    }

    /** @param changes act before values are kept */
    public Run run(HostArray x0, Hooks changes, String... points) {
        try (TensorScope _ = backend.openScope()) {
            Cache cache = Cache.of(points);
            Tensor output = model.stream(pass(backend, changes, cache, points.length > 0), backend.upload(x0));
            Map<String, HostArray> kept = new LinkedHashMap<>();
            cache.values().forEach((name, value) -> kept.put(name, backend.download(value)));
            return new Run(backend.download(output), kept);
        }
    }

    /** The result of {@code f} on {@code x} in an evaluation pass. */
    public HostArray compute(BiFunction<Pass, Tensor, Tensor> f, HostArray x) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(f.apply(Pass.evaluation(backend), backend.upload(x)));
        }
    }

    /**
     * Gradients of a number that is computed from the stream after the last block.
     *
     * @param loss   from x_L, [batch pos d_model], to one element
     * @param cells  the parameters with respect to which it is differentiated
     * @param points the hook points with respect to whose values it is
     * @return name → gradient, of cells and points
     */
    public Map<String, HostArray> gradients(HostArray x0, BiFunction<Pass, Tensor, Tensor> loss, Collection<String> cells, String... points) {
        try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Cache cache = Cache.of(points);
            Map<String, Tensor> targets = new LinkedHashMap<>();
            model.cells().stream().filter(cell -> cells.contains(cell.name())).forEach(cell -> targets.put(cell.name(), tape.watch(cell.value())));
            if (targets.size() < cells.size()) {
                throw new NoSuchElementException("there are no such parameters among " + cells);
            }
            Pass pass = pass(tape, Hooks.NONE, cache, points.length > 0);
            Tensor output = loss.apply(pass, model.stream(pass, tape.watch(backend.upload(x0))));
            targets.putAll(cache.values());
            Tensor[] gradients = tape.gradients(output, List.copyOf(targets.values()));
            Map<String, HostArray> named = new LinkedHashMap<>();
            int i = 0;
            for (String name : targets.keySet()) {
                named.put(name, backend.download(gradients[i++]));
            }
            return named;
        }
    }

    private Pass pass(Backend on, Hooks changes, Cache cache, boolean keeps) {
        List<Hooks> hooks = new ArrayList<>();
        if (changes != Hooks.NONE) {
            hooks.add(changes);
        }
        if (keeps) {
            hooks.add(cache);
        }
        Pass pass = Pass.evaluation(on);
        return hooks.isEmpty() ? pass : pass.with(Hooks.all(hooks)).withAliases(model.aliases());
    }

    @Override
    public void close() {
        scope.close();
    }
}
