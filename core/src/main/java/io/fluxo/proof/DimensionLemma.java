package io.fluxo.proof;

import io.fluxo.block.Block;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A lemma: one part of a model maps one shape to another, whatever the sizes are. It is proved by running the part itself on symbols.
 *
 * @param subject     the part: {@code blocks.0.attn}
 * @param from        what goes in
 * @param to          what is claimed to come out
 * @param stages      the run, cut at its hook points
 * @param points      the hook points of the chapter's x, t1 … h at which the stream kept its shape, in the order of the run
 * @param assumptions bounds between sizes that the part relies on
 * @param failure     where it does not, and how; empty where it is proved
 */
public record DimensionLemma(String subject, Shape from, Shape to, List<Stage> stages, List<String> points, List<String> assumptions,
                             Optional<String> failure) {

    /** The stream: [batch pos d_model], three independent symbols. */
    public static final Shape STREAM = Shape.of(Dim.symbol("batch"), Dim.symbol("pos"), Dim.symbol("d_model"));

    /**
     * What led to one hook point.
     *
     * @param point the hook point, or {@code output} for what follows the last
     * @param shape of the value there
     * @param steps the operations since the hook point before
     */
    public record Stage(String point, Shape shape, List<Step> steps) {}

    public DimensionLemma {
        stages = List.copyOf(stages);
        points = List.copyOf(points);
        assumptions = List.copyOf(assumptions);
    }

    /**
     * The lemma that {@code layer}, built on symbols, maps the stream to the stream; a block also at x and t1 … h. Its parameters are overwritten.
     */
    public static DimensionLemma of(Layer layer) {
        Map<String, String> chapter = layer instanceof Block block ? block.chapter() : Map.of();
        DimensionLemma lemma = of(layer.path(), layer.cells(), chapter, DType.F32, STREAM, STREAM, layer::forward);
        boolean ofItself = chapter.entrySet().stream().anyMatch(symbol -> !symbol.getKey().equals("x") && symbol.getValue().equals(chapter.get("x")));
        return !ofItself ? lemma : new DimensionLemma(lemma.subject, lemma.from, lemma.to, lemma.stages, lemma.points, lemma.assumptions,
                Optional.of(Text.format("%s says in chapter() that what it computes is at the hook point of its input: %s", layer.path(), new TreeMap<>(chapter))));
    }

    /** The lemma that {@code f}, which computes with {@code parameters}, maps {@code from} to {@code to}. The parameters are overwritten. */
    public static DimensionLemma of(String subject, List<? extends Cell> parameters, DType dtype, Shape from, Shape to, BiFunction<Pass, Tensor, Tensor> f) {
        return of(subject, parameters, Map.of(), dtype, from, to, f);
    }

    private static DimensionLemma of(String subject, List<? extends Cell> parameters, Map<String, String> chapter, DType dtype, Shape from, Shape to,
            BiFunction<Pass, Tensor, Tensor> f) {
        SymbolicBackend symbolic = new SymbolicBackend();
        parameters.forEach(parameter -> parameter.set(symbolic.variable(StageRecorder.lastName(parameter.name()), parameter.shape(), DType.F32)));
        StageRecorder recorder = new StageRecorder(symbolic, subject, chapter, STREAM);
        Optional<String> stuck = Optional.empty();
        try {
            Tensor output = f.apply(Pass.evaluation(symbolic).with(recorder), symbolic.variable("x", from, dtype));
            recorder.end(output);
            stuck = symbolic.refusals().stream().findFirst();
            if (!output.shape().equals(to)) {
                stuck = Optional.of(Text.format("%s maps %s to %s", subject, Step.shape(from), Step.difference(output.shape(), to)));
            }
        } catch (ShapeMismatchException | IllegalStateException undecided) {            // shapes that do not fit, or a size used as a number
            stuck = Optional.of(undecided.getMessage());
        }
        return new DimensionLemma(subject, from, to, recorder.stages(), recorder.preserved(), List.copyOf(symbolic.assumptions()),
                recorder.failure().isPresent() ? recorder.failure() : stuck);
    }

    public boolean proved() {
        return failure.isEmpty();
    }

    /** {@code blocks.0.attn: [batch, pos, d_model] → [batch, pos, d_model]: proved}. */
    public String sentence() {
        return Text.format("%s: %s → %s: %s", subject, Step.shape(from), Step.shape(to), failure.map(reason -> "refuted: " + reason).orElse("proved"));
    }

    /** The sentence, then each stage with its operations and their compositions. */
    public List<String> derivation() {
        return derivation(step -> step.lines().stream());
    }

    /** The same without the compositions. */
    public List<String> outline() {
        return derivation(step -> Stream.of(step.line()));
    }

    private List<String> derivation(Function<Step, Stream<String>> lines) {
        return Stream.concat(Stream.of(sentence()), stages.stream()
                .flatMap(stage -> Stream.concat(stage.steps().stream().flatMap(lines), Stream.of(Text.format("%s %s", stage.point(), Step.shape(stage.shape())))))
                .map(line -> "    " + line)).toList();
    }

    /** Whether {@code other} derives the same for another part of the same kind: the same operations on the same shapes, hook points included. */
    boolean isLike(DimensionLemma other) {
        return relative().equals(other.relative());
    }

    private List<Stage> relative() {
        return stages.stream().map(stage -> new Stage(stage.point().replace(subject + ".", ""), stage.shape(), stage.steps())).toList();
    }
}
