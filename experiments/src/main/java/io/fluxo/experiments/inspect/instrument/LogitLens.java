package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.inspect.ModelContract;
import io.fluxo.inspect.ModelContract.LensPoint;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The logit lens (nostalgebraist 2020): what the model would predict if the stream ended here. At each point x_0 … x_L the model
 * goes on as after its last block: the final norm, where it has one, is computed anew, and then the unembedding. Where norms follow the sums (post-norm), x_l is normalised
 * already; several streams are read together.
 *
 * @param layers one for each point of the stream, in the order of the pass
 */
public record LogitLens(List<Layer> layers) {

    /** Tokens that a reading names. */
    private static final int NAMED = 5;

    /** @param point the stream's hook point */
    public record Layer(String point, List<Reading> positions) {}

    /**
     * What is read at one position.
     *
     * @param ids           the most probable next tokens
     * @param probabilities theirs
     * @param rank          how many tokens are more probable here than the one that the model predicts in the end
     * @param divergence    KL(final ‖ here), in nats
     * @param entropy       in nats
     */
    public record Reading(int[] ids, double[] probabilities, int rank, double divergence, double entropy) {}

    /** @throws io.fluxo.inspect.MeaninglessInstrumentException where the stream cannot be read before its end */
    public static LogitLens of(Inspected subject, int[] ids) {
        ModelContract contract = ModelContract.of(subject.model());
        List<LensPoint> points = contract.lensPoints().stream().filter(point -> !point.within()).toList();
        List<double[][]> logits = logits(subject, contract, ids, points);
        return read(points.stream().map(point -> point.hooks().getFirst()).toList(), logits, logits.getLast());
    }

    /** The same of the Jacobian lens: where x_l goes to on average, through the layers that follow (see {@link JacobianLens}). */
    public static LogitLens through(JacobianLens lens, Inspected subject, int[] ids) {
        return betweenLayers(lens.places().stream().map(JacobianLens.Place::point).toList(), lens.logits(subject, ids), Recording.of(subject, ids, _ -> false).logits());
    }

    /** The same of the tuned lens, which has learnt where x_l goes (see {@link TunedLens}). */
    public static LogitLens through(TunedLens lens, Inspected subject, int[] ids) {
        double[][] last = Recording.of(subject, ids, _ -> false).logits();
        List<LensPoint> points = new ArrayList<>(lens.places().stream().map(TunedLens.Place::point).toList());
        List<double[][]> logits = new ArrayList<>(lens.logits(subject, ids));
        points.add(ModelContract.of(subject.model()).lensPoints().getLast());                       // the end has no map: it is what the maps are trained for
        logits.add(last);
        return betweenLayers(points, logits, last);
    }

    /** Leaves out the places within a block. */
    private static LogitLens betweenLayers(List<LensPoint> points, List<double[][]> logits, double[][] last) {
        List<Integer> between = IntStream.range(0, points.size()).filter(i -> !points.get(i).within()).boxed().toList();
        return read(between.stream().map(i -> points.get(i).hooks().getFirst()).toList(), between.stream().map(logits::get).toList(), last);
    }

    private static LogitLens read(List<String> points, List<double[][]> logits, double[][] last) {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            double[][] here = logits.get(i);
            layers.add(new Layer(points.get(i), IntStream.range(0, last.length).mapToObj(position -> reading(here[position], last[position])).toList()));
        }
        return new LogitLens(layers);
    }

    /** What is predicted at each of {@code points}: [pos d_vocab] each. */
    private static List<double[][]> logits(Inspected subject, ModelContract contract, int[] ids, List<LensPoint> points) {
        try (TensorScope _ = subject.backend().openScope()) {
            Cache cache = Cache.of(points.stream().flatMap(point -> point.hooks().stream()).distinct().toArray(String[]::new));
            subject.model().forward(subject.pass().with(cache), subject.upload(ids));
            List<double[][]> logits = new ArrayList<>();
            for (LensPoint point : points) {
                Tensor read = contract.read(subject.pass(), point.hooks().stream().map(cache::get).toList());
                logits.add(Recording.rows(subject.backend().download(read)));
            }
            return logits;
        }
    }

    private static Reading reading(double[] here, double[] last) {
        double[] p = Distributions.logProbabilities(here);
        double[] q = Distributions.logProbabilities(last);
        int[] top = Distributions.largest(p, Math.min(NAMED, p.length));
        int predicted = Distributions.largest(q, 1)[0];
        return new Reading(top, Arrays.stream(top).mapToDouble(id -> Math.exp(p[id])).toArray(), Distributions.rank(p, predicted), Distributions.divergence(q, p),
                Distributions.entropy(p));
    }

    /** The mean of KL(final ‖ here) over positions, for each point of the stream. */
    public double[] meanDivergences() {
        return layers.stream().mapToDouble(layer -> layer.positions.stream().mapToDouble(Reading::divergence).average().orElseThrow()).toArray();
    }
}
