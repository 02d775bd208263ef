package io.fluxo.proof;

import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.ForwardWatch;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The programs of a model over symbolic sizes, in evaluation and in training, and whether each pass that really runs is one of them. A proof speaks of
 * these programs; a pass that is another program is not covered by it, whatever made it so: a size that the code looked at, a count of its calls, the
 * backend, the mode.
 */
public final class ProvedProgram implements ForwardWatch {

    private final SymbolicPrograms programs;
    private List<Cell> cells = List.of();
    private Optional<String> difference = Optional.empty();
    private int passes;

    /** @param spec a transformer, its vocabulary filled in */
    public ProvedProgram(ModelSpec spec, Catalog catalog) {
        programs = new SymbolicPrograms(spec, catalog);
    }

    @Override
    public Tensor watch(Pass pass, Tensor tokens, BiFunction<Pass, Tensor, Tensor> forward) {
        passes++;
        if (difference.isPresent()) {
            return forward.apply(pass, tokens);
        }
        ProgramRecorder recorder = new ProgramRecorder(pass.backend(), tokens, cells);
        List<Tensor> values = cells.stream().map(Cell::value).toList();
        Tensor logits = forward.apply(pass.on(recorder, recorder::key), tokens);
        recorder.requireSame(cells, values);
        Shape shape = tokens.shape();
        var kind = new SymbolicPrograms.Kind(shape.slice(2, shape.rank()).dims(), cells.getFirst().value().dtype(), pass.trains());
        difference = programs.difference(kind, shape.size(0), shape.size(1), recorder.program(logits)).map(how -> Text.format("pass %d (%s, %d × %d tokens): %s",
                passes, pass.trains() ? "training" : "evaluation", shape.size(0), shape.size(1), how));
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

    /** The sizes that the model asked for as numbers, so that there is a program for each size that ran, and none for all. Empty where it asked for none. */
    public Optional<String> asked() {
        return programs.asked();
    }

    /** The first pass that was another program than the proved one, as a sentence; empty where none was. */
    public Optional<String> difference() {
        return difference;
    }
}
