package io.fluxo.experiments.inspect.measure;

import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_LAYERS;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.instrument.Decomposition;
import io.fluxo.experiments.inspect.instrument.HeadScores;
import io.fluxo.experiments.inspect.instrument.LogitLens;
import io.fluxo.experiments.inspect.instrument.Origin;
import io.fluxo.inspect.ModelContract;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Contributions;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The measures that Fluxo's own instruments make. */
public final class InstrumentMeasures {

    /** Mean KL(final ‖ logit lens at x_l) over texts and positions, in nats, at x_0 … x_L; 0 at the end. */
    public static final InstrumentMeasure LENS_KL_BY_LAYER = new BuiltIn("lens_kl_by_layer", (_, model) -> ModelContract.of(model).againstLens(),
            (subject, texts) -> mean(texts, ids -> LogitLens.of(subject, ids).meanDivergences()));

    /** The induction score of the head that has the largest, on random tokens that are repeated once; between 0 and 1. */
    public static final InstrumentMeasure INDUCTION_SCORE = new BuiltIn("induction_score", InstrumentMeasures::againstInduction, (subject, _) -> new double[] {induction(subject)});

    /**
     * How much of the stream's end is whose: ‖what block l contributed, as it arrives there‖ / ‖the stream there‖, mean over texts and positions. Place 0 is what entered
     * the stream, place l the l-th block. β of norms and what else depends on no token is not among them. Parts that cancel each other may be longer than their sum.
     */
    public static final InstrumentMeasure CONTRIBUTION_NORM_BY_LAYER = new BuiltIn("contribution_norm_by_layer", (_, model) -> Decomposition.against(model),
            (subject, texts) -> mean(texts, ids -> contributions(Decomposition.of(subject, ids), subject.spec().get(N_LAYERS))));

    /** All of them. */
    public static final List<InstrumentMeasure> BUILT_IN = List.of(LENS_KL_BY_LAYER, INDUCTION_SCORE, CONTRIBUTION_NORM_BY_LAYER);

    /** The least number of tokens that can be repeated: of one alone, every token would be the same. */
    private static final int LEAST_REPEATED = 2;

    /** Tokens that are repeated, if the context is long enough. */
    private static final int MOST_REPEATED = 24;

    /** Of the random tokens: the same for every model. */
    private static final long SEED = 1;

    private InstrumentMeasures() {}

    public static void contributeTo(Contributions to) {
        BUILT_IN.forEach(measure -> to.add(InstrumentMeasure.KIND, measure.label(), measure));
    }

    private record BuiltIn(String label, BiFunction<ModelSpec, Transformer, Optional<String>> objection, BiFunction<Inspected, List<int[]>, double[]> body) implements InstrumentMeasure {

        @Override
        public Optional<String> against(ModelSpec spec, Transformer model) {
            return objection.apply(spec, model);
        }

        @Override
        public double[] figures(Inspected subject, List<int[]> texts) {
            return body.apply(subject, texts);
        }

        @Override
        public String toString() {
            return label;
        }
    }

    private static double[] mean(List<int[]> texts, Function<int[], double[]> figures) {
        double[] sum = new double[0];
        for (int[] text : texts) {
            double[] one = figures.apply(text);
            sum = sum.length == 0 ? new double[one.length] : sum;
            for (int i = 0; i < one.length; i++) {
                sum[i] += one[i];
            }
        }
        return Arrays.stream(sum).map(x -> x / texts.size()).toArray();
    }

    private static Optional<String> againstInduction(ModelSpec spec, Transformer model) {
        if (model.hookPoints().stream().noneMatch(point -> point.name().endsWith(".attn.hook_pattern"))) {
            return Optional.of("no layer shows an attention pattern (hook_pattern)");
        }
        return spec.get(N_CTX) / 2 < LEAST_REPEATED ? Optional.of(Text.format("a context of %d tokens holds no sequence that repeats itself; n_ctx must be at least %d", spec.get(N_CTX),
                2 * LEAST_REPEATED)) : Optional.empty();
    }

    private static double induction(Inspected subject) {
        HeadScores scores = HeadScores.of(subject, subject.spec().get(D_VOCAB), Math.min(MOST_REPEATED, subject.spec().get(N_CTX) / 2), SEED);
        return scores.heads().stream().mapToDouble(HeadScores.Head::induction).max().orElseThrow();
    }

    private static double[] contributions(Decomposition decomposition, int layers) {
        double[][] stream = decomposition.stream();
        double[][][] parts = new double[layers + 1][stream.length][stream[0].length];
        decomposition.terms().forEach(term -> place(term.origin()).ifPresent(place -> {
            for (int i = 0; i < stream.length; i++) {
                for (int c = 0; c < stream[i].length; c++) {
                    parts[place][i][c] += term.values()[i][c];
                }
            }
        }));
        double[] figures = new double[layers + 1];
        for (int place = 0; place <= layers; place++) {
            for (int i = 0; i < stream.length; i++) {
                figures[place] += length(parts[place][i]) / length(stream[i]) / stream.length;
            }
        }
        return figures;
    }

    private static OptionalInt place(Origin origin) {
        return switch (origin) {
            case Origin.Input _ -> OptionalInt.of(0);
            case Origin.SubLayer(int layer, _) -> OptionalInt.of(layer + 1);
            case Origin.Head(int layer, _) -> OptionalInt.of(layer + 1);
            case Origin.Source(int layer, _, _) -> OptionalInt.of(layer + 1);
            case Origin.Neuron(int layer, _) -> OptionalInt.of(layer + 1);
            case Origin.Constant _ -> OptionalInt.empty();
        };
    }

    private static double length(double[] v) {
        return Math.sqrt(Arrays.stream(v).map(x -> x * x).sum());
    }
}
