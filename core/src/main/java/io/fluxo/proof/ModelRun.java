package io.fluxo.proof;

import io.fluxo.block.Block;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.TrainingStatistics;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Follows tokens through a whole model, and compares each run with the model's program: what is proved here is proved of that program, and of no other that
 * the code might run where it is followed. The same holds without attention, which still runs there; only what it returns is replaced.
 */
final class ModelRun {

    /** The subject of a run in training. */
    static final String TRAINING = "model in training";

    private final ModelSpec spec;
    private final Catalog catalog;
    private final int sequences;
    private final int tokens;
    private final SymbolicPrograms programs;

    /**
     * @param given     a transformer, with or without a vocabulary
     * @param sequences side by side, so that a leak from one to another is seen
     * @param tokens    of each sequence
     */
    ModelRun(ModelSpec given, Catalog catalog, int sequences, int tokens) {
        this.spec = TokenFlow.withVocabulary(given);
        this.catalog = catalog;
        this.sequences = sequences;
        this.tokens = tokens;
        this.programs = new SymbolicPrograms(spec, catalog);
    }

    /** Whether the model's norm does not say that its statistics in training are those of all tokens: with such a norm tokens see each other there past attention. */
    boolean trainsAsItEvaluates() {
        return spec.layers().stream().map(layer -> catalog.part(NormFactory.KIND, layer.get(ModelSpec.NORM)))
                .noneMatch(norm -> norm.norm("norm", Dim.ONE, false, 0) instanceof TrainingStatistics);
    }

    /** From token ids to logits. */
    TokenFlow evaluation() {
        return run("model", false, _ -> false);
    }

    /** The same as the model is trained: what drops drops, and statistics are those of the batch. */
    TokenFlow training() {
        return run(TRAINING, true, _ -> false);
    }

    TokenFlow evaluationWithoutAttention() {
        return run("model without attention", false, _ -> true);
    }

    TokenFlow trainingWithoutAttention() {
        return run("model in training, without attention", true, _ -> true);
    }

    /** @param blocks the paths of the blocks whose attention is taken away */
    TokenFlow evaluationWithoutAttention(Predicate<String> blocks) {
        List<String> silenced = ModelBuilder.transformer(spec, catalog).blocks().stream().map(Block::path).filter(blocks).map(path -> path + ".").toList();
        return silenced.size() == spec.get(ModelSpec.N_LAYERS) ? evaluationWithoutAttention()
                : run("model without some attention", false, path -> silenced.stream().anyMatch(path::startsWith));
    }

    /**
     * @param silenced the paths of attention whose results are replaced by unknown ones, each row's changed by its own token: so that whoever moves rows is seen
     */
    private TokenFlow run(String subject, boolean trains, Predicate<String> silenced) {
        Transformer model = ModelBuilder.transformer(spec, catalog);
        DependenceBackend backend = new DependenceBackend();
        model.cells().forEach(cell -> cell.set(backend.weight(cell.shape(), DType.F32)));
        Tensor ids = backend.tokens(Shape.of(sequences, tokens));
        ProgramRecorder recorder = new ProgramRecorder(backend, ids, model.cells());
        Cache cache = Cache.boundaries();
        Set<Layer> attentions = Collections.newSetFromMap(new IdentityHashMap<>());
        model.blocks().forEach(block -> block.parts().stream().filter(Attention.class::isInstance).forEach(attentions::add));
        Set<String> within = new HashSet<>();
        Pass pass = (trains ? Pass.training(recorder, path -> recorder.key(path, backend.weight(Shape.of(2), DType.I64))) : Pass.evaluation(recorder)).with(cache)
                .replacingAttention((attention, made) -> {
                    if (!attentions.contains(attention) || !silenced.test(attention.path())) {
                        return made;
                    }
                    within.add(attention.path() + ".");
                    return recorder.inPlaceOf(made, backend.ownOfRows(made.shape(), made.dtype()));
                });
        List<Tensor> values = model.cells().stream().map(Cell::value).toList();
        Tensor logits = model.forward(pass, ids);
        recorder.requireSame(model.cells(), values);
        requireProgram(trains, recorder.program(logits));
        Map<String, String> symbols = new HashMap<>();
        model.blocks().forEach(block -> symbols.putAll(TokenFlow.symbols(block)));
        TokenFlow flow = TokenFlow.of(subject, backend, tokens, cache, logits, symbols);
        // within attention tokens see each other
        return new TokenFlow(subject, tokens, flow.points().stream().filter(point -> within.stream().noneMatch(point.name()::startsWith)).toList());
    }

    private void requireProgram(boolean trains, ForwardProgram ran) {
        var kind = new SymbolicPrograms.Kind(List.of(), DType.F32, trains);
        programs.difference(kind, sequences, tokens, ran).ifPresent(how -> {
            throw new IllegalStateException("where tokens are followed, another program runs than on symbols: " + how);
        });
        programs.vanishing(kind, sequences, tokens).ifPresent(what -> {
            throw new IllegalStateException(Text.format("what is followed at %d × %d tokens says little of other sizes: %s", sequences, tokens, what));
        });
    }
}
