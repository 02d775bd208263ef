package io.fluxo.experiments.verify.measure;

import io.fluxo.backend.Backend;
import io.fluxo.block.Block;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.property.BlockCase;
import io.fluxo.property.Subject;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;

/** The block of one case, its {@link Subject}, seen through the chapter's symbols x, t1 … h. Closing it frees what it made. */
public final class Specimen implements AutoCloseable {

    private final BlockCase drawn;
    private final Subject<Block> subject;
    private final Optional<DoubleUnaryOperator> activation;
    private final Backend backend;
    private final DType dtype;
    private final Map<String, HostArray> values = new LinkedHashMap<>();

    private Specimen(BlockCase drawn, Subject<Block> subject, Optional<DoubleUnaryOperator> activation, Backend backend, DType dtype) {
        this.drawn = drawn;
        this.activation = activation;
        this.subject = subject;
        this.backend = backend;
        this.dtype = dtype;
    }

    /** The candidate's block in the case, with the case's weights. */
    public static Specimen of(Candidate candidate, BlockCase drawn, Backend backend, DType dtype) {
        Block block = drawn.block(candidate.placement(), candidate.catalog());
        Specimen specimen = new Specimen(drawn, Subject.of(block, drawn, backend, dtype), candidate.catalog().part(ActFn.KIND, drawn.actFn()).scalar(), backend, dtype);
        block.cells().forEach(cell -> specimen.values.put(cell.name(), drawn.values(cell, dtype)));
        return specimen;
    }

    /** The nonlinearity of the feed-forward network as a function of one number, where it says which it is. */
    Optional<DoubleUnaryOperator> activation() {
        return activation;
    }

    /** Puts another value into the parameter called {@code name} within the block. */
    public void set(String name, HostArray value) {
        String full = block().path() + "." + name;
        Cell parameter = block().parameters().stream().filter(one -> one.name().equals(full)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the block has no parameter " + name));
        parameter.set(backend.upload(value));
        values.put(full, value);
    }

    public BlockCase drawn() {
        return drawn;
    }

    public Block block() {
        return subject.layer();
    }

    public Backend backend() {
        return backend;
    }

    public DType dtype() {
        return dtype;
    }

    /** Parameters and buffers by their full names. */
    public Map<String, HostArray> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The case's input. */
    public HostArray xs() {
        return drawn.xs(dtype);
    }

    /** The block's output for {@code xs}. */
    public HostArray output(HostArray xs) {
        return subject.output(xs);
    }

    /** The result of {@code f} on {@code xs}. */
    public HostArray compute(BiFunction<Pass, Tensor, Tensor> f, HostArray xs) {
        return subject.compute(f, xs);
    }

    /** The chapter's x, t1 … h in the matrix form. */
    public Map<String, HostArray> symbols(HostArray xs, Hooks... interventions) {
        return symbols(block()::forward, xs, interventions);
    }

    /** The chapter's x, t1 … h in the form for token {@code i}. */
    public Map<String, HostArray> symbolsOfToken(HostArray xs, int i) {
        return symbols((pass, all) -> block().token(pass, all, i, Mask.valueOf(drawn.mask().name())), xs);
    }

    private Map<String, HostArray> symbols(BiFunction<Pass, Tensor, Tensor> f, HostArray xs, Hooks... interventions) {
        Map<String, HostArray> hooked = hooked(f, xs, Cache.boundaries(), interventions);
        Map<String, HostArray> symbols = new LinkedHashMap<>();
        block().chapter().forEach((symbol, hook) -> {
            HostArray shown = hooked.get(block().path() + "." + hook);
            if (shown == null) {
                throw new BrokenPartException(Text.format("%s (%s) says in chapter() that %s is at '%s', and shows no value there", block().path(),
                        Origin.of(block().getClass()), symbol, hook));
            }
            if (shown.shape().rank() != 3 || shown.shape().size(2) != drawn.dModel()) {
                throw new ShapeMismatchException(Text.format("%s is %s, not %s", symbol, shown.shape(), drawn.stream()));
            }
            symbols.put(symbol, shown);
        });
        return symbols;
    }

    /** The values at the hook points {@code names}, given within the block. */
    public List<HostArray> hooked(HostArray xs, String... names) {
        String[] full = Arrays.stream(names).map(name -> block().path() + "." + name).toArray(String[]::new);
        Map<String, HostArray> hooked = hooked(block()::forward, xs, Cache.of(full));
        return Arrays.stream(full).map(hooked::get).toList();
    }

    private Map<String, HostArray> hooked(BiFunction<Pass, Tensor, Tensor> f, HostArray xs, Cache cache, Hooks... interventions) {
        try (TensorScope _ = backend.openScope()) {
            List<Hooks> hooks = new ArrayList<>(List.of(interventions));
            hooks.add(cache);
            f.apply(Pass.evaluation(backend).with(Hooks.all(hooks)), backend.upload(xs));
            Map<String, HostArray> hooked = new LinkedHashMap<>();
            cache.values().forEach((name, value) -> hooked.put(name, backend.download(value)));
            return hooked;
        }
    }

    @Override
    public void close() {
        subject.close();
    }
}
