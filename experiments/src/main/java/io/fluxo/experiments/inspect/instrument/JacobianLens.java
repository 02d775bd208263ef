package io.fluxo.experiments.inspect.instrument;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.inspect.ModelContract;
import io.fluxo.inspect.ModelContract.LensPoint;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The Jacobian lens: what the model predicts of J·x_l, where J is the mean, over the positions of some prompts, of what a small change of the stream at a position makes
 * of the end of the stream. The change counts at its own position and at all others that see it, added up: a lens on what x_l disposes the model to say, here or later.
 * It is exact where the model is linear in the stream and lets no position see another; where positions are mixed linearly, in the sum over positions.
 *
 * @param places one for each place of the stream, in the order of the run
 */
public record JacobianLens(List<Place> places) {

    private static final String NAME = "the Jacobian lens";

    /** Positions that one backward pass goes through at once. */
    private static final int AT_ONCE = 2048;

    /** @param jacobians one for each of the model's streams, [d_model d_model], or [d_model stream·d_model]: row i is the derivative of feature i of the end of the stream */
    public record Place(LensPoint point, List<double[][]> jacobians) {}

    /**
     * @param prompts token ids; every position counts the same
     * @throws io.fluxo.inspect.MeaninglessInstrumentException where no place of the stream can be read
     */
    public static JacobianLens of(Inspected subject, List<int[]> prompts) {
        ModelContract contract = ModelContract.of(subject.model());
        contract.require(NAME, contract.againstLens());
        if (prompts.stream().mapToInt(prompt -> prompt.length).sum() == 0) {
            throw new IllegalArgumentException("the Jacobian lens is a mean over positions: it needs a prompt");
        }
        List<LensPoint> points = contract.lensPoints();
        Map<String, double[][]> sums = new TreeMap<>();
        prompts.forEach(prompt -> add(subject, prompt, points.stream().flatMap(point -> point.hooks().stream()).toList(), sums));
        double share = 1.0 / prompts.stream().mapToInt(prompt -> prompt.length).sum();
        return new JacobianLens(points.stream().map(point -> new Place(point, point.hooks().stream().map(hook -> Vectors.scaled(sums.get(hook), share)).toList())).toList());
    }

    /** Adds one prompt's Jacobians, summed over positions. The prompt stands in a batch several times, and each row is asked for the derivative of a feature of its own. */
    private static void add(Inspected subject, int[] prompt, List<String> hooks, Map<String, double[][]> sums) {
        int width = subject.spec().get(ModelSpec.D_MODEL);
        int rows = Math.clamp(AT_ONCE / Math.max(1, prompt.length), 1, width);
        int[] repeated = new int[rows * prompt.length];
        Arrays.setAll(repeated, i -> prompt[i % prompt.length]);
        try (TensorScope _ = subject.backend().openScope(); AutodiffBackend autodiff = new AutodiffBackend(subject.backend())) {
            Watching watching = new Watching(autodiff, hooks);
            Pass pass = Pass.evaluation(autodiff).with(watching).withAliases(subject.model().aliases());
            Tensor tokens = subject.backend().upload(HostArray.of(Shape.of(rows, prompt.length), repeated));
            Tensor end = subject.model().stream(pass, subject.model().embed(Pass.evaluation(autodiff), tokens));
            for (int first = 0; first < width; first += rows) {
                try (TensorScope _ = subject.backend().openScope()) {
                    Tensor[] gradients = autodiff.gradients(end, seed(subject, rows, prompt.length, width, first, end.dtype()), List.copyOf(watching.sites.values()));
                    int at = 0;
                    for (String hook : watching.sites.keySet()) {
                        double[] found = subject.backend().download(gradients[at++]).toDoubles();
                        int inputs = found.length / (rows * prompt.length);
                        double[][] sum = sums.computeIfAbsent(hook, _ -> new double[width][inputs]);
                        for (int i = 0; i < found.length; i++) {
                            int feature = first + i / (prompt.length * inputs);
                            if (feature < width) {
                                sum[feature][i % inputs] += found[i];
                            }
                        }
                    }
                }
            }
        }
    }

    /** Row r asks, at all positions, for feature first + r. */
    private static Tensor seed(Inspected subject, int rows, int positions, int width, int first, DType dtype) {
        double[] seed = new double[rows * positions * width];
        for (int row = 0; row < rows && first + row < width; row++) {
            for (int position = 0; position < positions; position++) {
                seed[(row * positions + position) * width + first + row] = 1;
            }
        }
        return subject.backend().upload(HostArray.of(Shape.of(rows, positions, width), dtype, seed));
    }

    /** Makes each point's value a result of its own on the tape, even where two streams begin as one tensor. */
    private static final class Watching implements Hooks {
        private final AutodiffBackend autodiff;
        private final Collection<String> points;
        private final Map<String, Tensor> sites = new LinkedHashMap<>();

        private Watching(AutodiffBackend autodiff, Collection<String> points) {
            this.autodiff = autodiff;
            this.points = points;
        }

        @Override
        public boolean wants(HookPoint point) {
            return points.contains(point.name());
        }

        @Override
        public Tensor at(HookPoint point, Tensor value) {
            Tensor site = new Ops(autodiff).scale(autodiff.value(value) == value ? autodiff.watch(value) : value, 1);
            sites.put(point.name(), site);
            return site;
        }
    }

    /**
     * What is predicted at each place: [pos d_vocab] each, of the model's own final norm and unembedding.
     *
     * @param ids a prompt, one of those the lens was made of or another
     */
    public List<double[][]> logits(Inspected subject, int[] ids) {
        List<String> hooks = places.stream().flatMap(place -> place.point.hooks().stream()).toList();
        Recording run = Recording.of(subject, ids, point -> hooks.contains(point.name()));
        List<double[][]> logits = new ArrayList<>();
        for (Place place : places) {
            double[][] read = null;
            for (int stream = 0; stream < place.jacobians.size(); stream++) {
                double[][] jacobian = place.jacobians.get(stream);
                double[][] applied = Arrays.stream(run.rowsAt(place.point.hooks().get(stream))).map(x -> Arrays.stream(jacobian).mapToDouble(row -> Vectors.dot(row, x)).toArray())
                        .toArray(double[][]::new);
                read = read == null ? applied : Vectors.sum(read, applied);
            }
            logits.add(unembedded(subject, read));
        }
        return logits;
    }

    private static double[][] unembedded(Inspected subject, double[][] rows) {
        try (TensorScope _ = subject.backend().openScope()) {
            double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
            Tensor x = subject.backend().upload(HostArray.of(Shape.of(1, rows.length, rows[0].length), subject.model().parameters().getFirst().value().dtype(), flat));
            double[] all = subject.backend().download(subject.model().unembed(subject.pass(), x)).toDoubles();
            int vocabulary = all.length / rows.length;
            double[][] logits = new double[rows.length][];
            Arrays.setAll(logits, i -> Arrays.copyOfRange(all, i * vocabulary, (i + 1) * vocabulary));
            return logits;
        }
    }
}
