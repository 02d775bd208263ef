package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.layer.Pass;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.shape.UnknownSizeException;
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
import java.util.function.Function;

/** The programs of one model over symbolic sizes: what it computes in evaluation and in training, for each type of its parameters. */
final class SymbolicPrograms {

    private static final String BATCH = "batch";
    private static final String POS = "pos";

    private final ModelSpec spec;
    private final Catalog catalog;
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<Kind, ForwardProgram> programs = new HashMap<>();
    private final Map<At, ForwardProgram> atSizes = new HashMap<>();
    private Optional<String> asked = Optional.empty();

    /**
     * A kind of pass.
     *
     * @param rest  axes of the tokens after [batch pos]: channels
     * @param dtype of the parameters
     */
    record Kind(List<Dim> rest, DType dtype, boolean trains) {}

    private record At(Kind kind, int batch, int pos) {}

    /** @param spec a transformer, its vocabulary filled in */
    SymbolicPrograms(ModelSpec spec, Catalog catalog) {
        this.spec = spec;
        this.catalog = catalog;
        sizes.put("d_model", (long) spec.get(D_MODEL));
        sizes.put("n_ctx", (long) spec.get(N_CTX));
        sizes.put("d_vocab", (long) spec.get(D_VOCAB));
    }

    /** Sizes of a layer as symbols of its own; what its specification relates stays related. */
    private ModelDims symbols(LayerSpec layer) {
        boolean carries = layer.attention(catalog).carries();            // layers whose values meet have the same sizes of values
        boolean pairs = catalog.part(PositionKind.KIND, spec.get(POSITIONS)).traits().inPairs() && layer.headWidth() % 2 == 0;
        Dim keyValueHeads = carries ? shared("n_key_value_heads", layer.keyValueHeads()) : symbol("n_key_value_heads", layer, layer.keyValueHeads());
        Dim heads = layer.keyValueHeads() == layer.get(N_HEADS) ? keyValueHeads
                : symbol("groups", layer, layer.get(N_HEADS) / layer.keyValueHeads()).times(keyValueHeads);
        Dim width = pairs ? Dim.of(2).times(symbol("m", layer, layer.headWidth() / 2)) : symbol("d_head", layer, layer.headWidth());
        return new ModelDims(Dim.symbol("d_model"), heads, keyValueHeads, width,
                carries ? shared("d_v", layer.headWidth()) : symbol("d_v", layer, layer.headWidth()), symbol("d_mlp", layer, layer.get(D_MLP)),
                Dim.symbol("n_ctx"), Dim.symbol("d_vocab"));
    }

    private Dim shared(String name, int size) {
        sizes.put(name, (long) size);
        return Dim.symbol(name);
    }

    private Dim symbol(String name, LayerSpec layer, int size) {
        String own = Text.format("%s of layer %d", name, layer.index());
        sizes.put(own, (long) size);
        return Dim.symbol(own);
    }

    /** In what {@code ran}, over {@code batch} sequences of {@code pos} tokens, is another program than the model's; empty where it is that one. */
    Optional<String> difference(Kind kind, int batch, int pos, ForwardProgram ran) {
        try {
            return atSizes.computeIfAbsent(new At(kind, batch, pos), _ -> at(kind, batch, pos)).difference(ran);
        } catch (ShapeMismatchException | IllegalStateException undecided) {            // shapes that do not fit, or values that were read
            return Optional.of("it does not run on symbols: " + undecided.getMessage());
        }
    }

    /** Where the stream is not [batch pos d_model] for all sizes, in evaluation or in training, as a sentence; empty where it is. */
    Optional<String> failure() {
        for (boolean trains : new boolean[] {false, true}) {
            try {
                recorded(new Kind(List.of(), DType.F32, trains), this::symbols, Dim.symbol(BATCH), Dim.symbol(POS), Preserved::new);
            } catch (ShapeMismatchException | IllegalStateException undecided) {
                return Optional.of(Text.format("in the model in %s, %s", trains ? "training" : "evaluation", undecided.getMessage()));
            }
        }
        return Optional.empty();
    }

    /** The sizes that the model asked for as numbers: its programs then are known at known sizes only. Empty where there is one program for all sizes. */
    Optional<String> asked() {
        return asked;
    }

    /** What the program for all sizes loses at {@code batch} sequences of {@code pos} tokens, see {@link Vanishing}; empty where it loses nothing there. */
    Optional<String> vanishing(Kind kind, int batch, int pos) {
        return Optional.ofNullable(programs.get(kind)).flatMap(program -> Vanishing.in(program, sizes(batch, pos)));
    }

    private ForwardProgram at(Kind kind, int batch, int pos) {
        if (asked.isEmpty()) {
            try {
                ForwardProgram program = programs.computeIfAbsent(kind, this::symbolic); // first: it names the sizes of the layers
                return program.at(sizes(batch, pos));
            } catch (UnknownSizeException number) {
                asked = Optional.of(number.sizes());
            }
        }
        return recorded(kind, this::known, Dim.of(batch), Dim.of(pos), _ -> Hooks.NONE);
    }

    private Map<String, Long> sizes(int batch, int pos) {
        Map<String, Long> all = new LinkedHashMap<>(sizes);
        all.put(BATCH, (long) batch);
        all.put(POS, (long) pos);
        return all;
    }

    /** For all sizes; where its shapes do not fit for all widths, for all numbers of tokens at its own widths. */
    private ForwardProgram symbolic(Kind kind) {
        try {
            return recorded(kind, this::symbols, Dim.symbol(BATCH), Dim.symbol(POS), Preserved::new);
        } catch (ShapeMismatchException notForAllWidths) {
            return recorded(kind, this::known, Dim.symbol(BATCH), Dim.symbol(POS), _ -> Hooks.NONE);
        }
    }

    private ModelDims known(LayerSpec layer) {
        return ModelDims.of(spec, layer);
    }

    private ForwardProgram recorded(Kind kind, Function<LayerSpec, ModelDims> widths, Dim batch, Dim pos, Function<Transformer, Hooks> hooks) {
        SymbolicBackend shapes = new SymbolicBackend();
        Transformer model = ModelBuilder.transformer(spec, widths, catalog);
        model.cells().forEach(cell -> cell.set(shapes.variable(cell.shape(), kind.dtype)));
        List<Dim> axes = new ArrayList<>(List.of(batch, pos));
        axes.addAll(kind.rest);
        Tensor tokens = shapes.variable(Shape.of(axes), DType.I32);
        ProgramRecorder recorder = new ProgramRecorder(shapes, tokens, model.cells());
        Pass pass = kind.trains ? Pass.training(recorder, path -> recorder.key(path, shapes.variable(Shape.of(2), DType.I64))) : Pass.evaluation(recorder);
        Tensor logits = model.forward(pass.with(hooks.apply(model)), tokens);
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
