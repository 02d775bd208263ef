package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.ForwardWatch;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The programs of a model over symbolic sizes, in evaluation and in training, and whether each pass that really runs is one of them. A proof speaks of
 * these programs; a pass that is another program is not covered by it, whatever made it so: a size that the code looked at, a count of its calls, the
 * backend, the mode.
 */
public final class ProvedProgram implements ForwardWatch {

    private static final String BATCH = "batch";
    private static final String POS = "pos";

    private final ModelSpec spec;
    private final Catalog catalog;
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<Kind, ForwardProgram> programs = new HashMap<>();
    private final Map<At, ForwardProgram> atSizes = new HashMap<>();
    private List<Cell> cells = List.of();
    private Optional<String> difference = Optional.empty();
    private int passes;

    /** A kind of pass: what the tokens look like besides their number, the type of the parameters, and the mode. */
    private record Kind(List<Dim> rest, DType dtype, boolean trains) {}

    private record At(Kind kind, int batch, int pos) {}

    /** @param spec a transformer, its vocabulary filled in */
    public ProvedProgram(ModelSpec spec, Catalog catalog) {
        this.spec = spec;
        this.catalog = catalog;
        sizes.put("d_model", (long) spec.get(D_MODEL));
        sizes.put("n_ctx", (long) spec.get(N_CTX));
        sizes.put("d_vocab", (long) spec.get(D_VOCAB));
    }

    /** Sizes of a layer as symbols of its own; what its specification relates stays related. */
    private ModelDims symbols(LayerSpec layer) {
        boolean pairs = catalog.part(PositionKind.KIND, spec.get(POSITIONS)).traits().inPairs() && layer.headWidth() % 2 == 0;
        Dim keyValueHeads = symbol("n_key_value_heads", layer, layer.keyValueHeads());
        Dim heads = layer.keyValueHeads() == layer.get(N_HEADS) ? keyValueHeads
                : symbol("groups", layer, layer.get(N_HEADS) / layer.keyValueHeads()).times(keyValueHeads);
        Dim width = pairs ? Dim.of(2).times(symbol("m", layer, layer.headWidth() / 2)) : symbol("d_head", layer, layer.headWidth());
        return new ModelDims(Dim.symbol("d_model"), heads, keyValueHeads, width, symbol("d_v", layer, layer.headWidth()), symbol("d_mlp", layer, layer.get(D_MLP)),
                Dim.symbol("n_ctx"), Dim.symbol("d_vocab"));
    }

    private Dim symbol(String name, LayerSpec layer, int size) {
        String own = Text.format("%s of layer %d", name, layer.index());
        sizes.put(own, (long) size);
        return Dim.symbol(own);
    }

    @Override
    public Tensor watch(Pass pass, Tensor tokens, BiFunction<Pass, Tensor, Tensor> forward) {
        passes++;
        if (difference.isPresent()) {
            return forward.apply(pass, tokens);
        }
        ProgramRecorder recorder = new ProgramRecorder(pass.backend(), tokens, cells);
        Tensor logits = forward.apply(pass.on(recorder), tokens);
        Shape shape = tokens.shape();
        At at = new At(new Kind(shape.slice(2, shape.rank()).dims(), cells.getFirst().value().dtype(), pass.trains()), shape.size(0), shape.size(1));
        difference = expected(at).flatMap(program -> program.difference(recorder.program(logits)).map(how -> Text.format("pass %d (%s, %d × %d tokens): %s", passes,
                pass.trains() ? "training" : "evaluation", at.batch, at.pos, how)));
        return logits;
    }

    /** Goes on from {@code before}, the difference that was found in the passes of an earlier process; empty where there was none. */
    public void goesOnFrom(Optional<String> before) {
        difference = before;
    }

    /** Watches {@code model}, which was built from the specification. */
    public void over(Transformer model) {
        cells = model.cells();
        model.watchedBy(this);
    }

    /** The first pass that was another program than the proved one, as a sentence; empty where none was. */
    public Optional<String> difference() {
        return difference;
    }

    /** The proved program at these sizes; empty where the model cannot be run on symbols, which then is the difference. */
    private Optional<ForwardProgram> expected(At at) {
        try {
            return Optional.of(atSizes.computeIfAbsent(at, _ -> {
                ForwardProgram program = programs.computeIfAbsent(at.kind, this::symbolic);
                Map<String, Long> all = new LinkedHashMap<>(sizes);
                all.put(BATCH, (long) at.batch);
                all.put(POS, (long) at.pos);
                return program.at(all);
            }));
        } catch (ShapeMismatchException | IllegalStateException undecided) {
            difference = Optional.of("it does not run on symbols: " + undecided.getMessage());
            return Optional.empty();
        }
    }

    private ForwardProgram symbolic(Kind kind) {
        SymbolicBackend shapes = new SymbolicBackend();
        Transformer model = ModelBuilder.transformer(spec, this::symbols, catalog);
        model.cells().forEach(cell -> cell.set(shapes.variable(cell.shape(), kind.dtype)));
        List<Dim> axes = new ArrayList<>(List.of(Dim.symbol(BATCH), Dim.symbol(POS)));
        axes.addAll(kind.rest);
        Tensor tokens = shapes.variable(Shape.of(axes), DType.I32);
        ProgramRecorder recorder = new ProgramRecorder(shapes, tokens, model.cells());
        Pass pass = kind.trains ? Pass.training(recorder, _ -> shapes.variable(Shape.of(2), DType.I64)) : Pass.evaluation(recorder);
        Tensor logits = model.forward(pass.with(new Preserved(model)), tokens);
        return recorder.program(logits);
    }

    /** Holds the stream of the program against its shape, at the chapter's points. */
    private static final class Preserved implements Hooks {
        private static final Shape STREAM = Shape.of(Dim.symbol(BATCH), Dim.symbol(POS), Dim.symbol("d_model"));
        private final Set<String> points = new HashSet<>();

        private Preserved(Transformer model) {
            model.blocks().forEach(block -> block.chapter().values().forEach(hook -> points.add(block.path() + "." + hook)));
        }

        @Override
        public boolean wants(HookPoint point) {
            return points.contains(point.name());
        }

        @Override
        public Tensor at(HookPoint point, Tensor value) {
            if (!value.shape().equals(STREAM)) {
                throw new ShapeMismatchException(Text.format("%s is %s", point.name(), Step.difference(value.shape(), STREAM)));
            }
            return value;
        }
    }
}
