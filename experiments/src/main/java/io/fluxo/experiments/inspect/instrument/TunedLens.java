package io.fluxo.experiments.inspect.instrument;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.inspect.ModelContract;
import io.fluxo.inspect.ModelContract.LensPoint;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.LearningRate;
import io.fluxo.train.OptimizerKind;
import io.fluxo.train.Schedule;
import io.fluxo.train.TrainingSpec;
import io.fluxo.train.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tuned lens (Belrose et al. 2023): at each place of the stream an affine map h + hW + b stands before the model's final norm and unembedding, trained so that what is read
 * comes near to what the model predicts in the end: KL(final ‖ here). The maps begin at the identity, which is the logit lens. The model itself is not trained.
 *
 * @param places one for each place of the stream but the last, which is the model itself, in the order of the run
 */
public record TunedLens(List<Place> places) {

    private static final String NAME = "the tuned lens";

    /**
     * How the maps are trained: by Adam, each step on one of the sequences.
     *
     * @param learningRate at first; it falls to 0 by the cosine
     * @param seed decides which sequence each step takes
     */
    public record Training(int steps, double learningRate, long seed) {

        public Training {
            if (steps < 0 || !(learningRate > 0)) {
                throw new IllegalArgumentException("the tuned lens: steps must be at least 0, and the learning rate above 0");
            }
        }
    }

    /**
     * One map, and what it achieves on the sequences it was trained on.
     *
     * @param weight W, [d_model d_model], row-major
     * @param bias   b
     * @param before the mean of KL(final ‖ here) over all positions, in nats, without the map
     * @param after  the same with it
     */
    public record Place(LensPoint point, double[] weight, double[] bias, double before, double after) {}

    /**
     * @param sequences token ids
     * @throws io.fluxo.inspect.MeaninglessInstrumentException where no place of the stream can be read
     */
    public static TunedLens trained(Inspected subject, List<int[]> sequences, Training training) {
        ModelContract contract = ModelContract.of(subject.model());
        contract.require(NAME, contract.againstLens());
        if (sequences.isEmpty() || sequences.stream().anyMatch(sequence -> sequence.length == 0)) {
            throw new IllegalArgumentException("the tuned lens is trained on sequences of tokens, of which there have to be some");
        }
        List<LensPoint> points = contract.lensPoints();
        List<Place> places = new ArrayList<>();
        for (LensPoint point : points.subList(0, Math.max(0, points.size() - 1))) {
            try (TensorScope _ = subject.backend().openScope()) {
                List<Shown> shown = sequences.stream().map(sequence -> Shown.of(subject, point, sequence)).toList();
                Translator map = new Translator(subject);
                double before = divergence(subject, shown, map);
                map.train(shown, training);
                places.add(new Place(point, map.values(map.weight), map.values(map.bias), before, divergence(subject, shown, map)));
            }
        }
        return new TunedLens(places);
    }

    /** The mean of KL(final ‖ here) over all positions of other sequences, for each place. */
    public double[] divergences(Inspected subject, List<int[]> sequences) {
        return places.stream().mapToDouble(place -> {
            try (TensorScope _ = subject.backend().openScope()) {
                return divergence(subject, sequences.stream().map(sequence -> Shown.of(subject, place.point, sequence)).toList(), new Translator(subject, place));
            }
        }).toArray();
    }

    /** What is predicted at each place: [pos d_vocab] each. */
    public List<double[][]> logits(Inspected subject, int[] ids) {
        return places.stream().map(place -> {
            try (TensorScope _ = subject.backend().openScope()) {
                return rows(subject, new Translator(subject, place).read(subject.pass(), Shown.of(subject, place.point, ids).stream), ids.length);
            }
        }).toList();
    }

    /**
     * What one sequence shows.
     *
     * @param stream   at the place, the end of several streams made of them: [1 pos d_model]
     * @param expected the model's own probabilities, [1 pos d_vocab]
     */
    private record Shown(Tensor stream, Tensor expected, double[][] logits) {

        static Shown of(Inspected subject, LensPoint point, int[] ids) {
            Cache cache = new Cache(one -> point.hooks().contains(one.name()));
            Tensor logits = subject.model().forward(subject.pass().with(cache), subject.upload(ids));
            Tensor stream = subject.model().stack().ending(subject.pass(), point.hooks().stream().map(cache::get).toList());
            return new Shown(stream, subject.pass().softmax(logits), rows(subject, logits, ids.length));
        }
    }

    private static double[][] rows(Inspected subject, Tensor logits, int positions) {
        double[] all = subject.backend().download(logits).toDoubles();
        int width = all.length / positions;
        double[][] rows = new double[positions][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * width, (i + 1) * width));
        return rows;
    }

    private static double divergence(Inspected subject, List<Shown> shown, Translator map) {
        double sum = 0;
        int positions = 0;
        for (Shown one : shown) {
            try (TensorScope _ = subject.backend().openScope()) {
                double[][] read = rows(subject, map.read(subject.pass(), one.stream), one.logits.length);
                for (int i = 0; i < read.length; i++) {
                    sum += Distributions.divergence(Distributions.logProbabilities(one.logits[i]), Distributions.logProbabilities(read[i]));
                }
                positions += read.length;
            }
        }
        return sum / positions;
    }

    /** One affine map while it is trained. Its tensors live in the scope that is open when it is made. */
    private static final class Translator {
        private final Inspected subject;
        private final Backend backend;
        private Tensor weight;
        private Tensor bias;

        private Translator(Inspected subject) {
            this(subject, new double[width(subject) * width(subject)], new double[width(subject)]);
        }

        private Translator(Inspected subject, Place place) {
            this(subject, place.weight, place.bias);
        }

        private Translator(Inspected subject, double[] weight, double[] bias) {
            this.subject = subject;
            backend = subject.backend();
            DType dtype = subject.model().parameters().getFirst().value().dtype();
            int width = width(subject);
            this.weight = backend.upload(HostArray.of(Shape.of(width, width), dtype, weight.clone()));      // a copy: a step writes in its place
            this.bias = backend.upload(HostArray.of(Shape.of(width), dtype, bias.clone()));
        }

        private static int width(Inspected subject) {
            return subject.spec().get(ModelSpec.D_MODEL);
        }

        private double[] values(Tensor tensor) {
            return backend.download(tensor).toDoubles().clone();
        }

        /** The logits of h + hW + b. */
        private Tensor read(Pass pass, Tensor h) {
            return subject.model().unembed(pass, pass.add(h, pass.linear(h, weight, bias)));
        }

        private void train(List<Shown> shown, Training training) {
            TrainingSpec spec = TrainingSpec.DEFAULT;
            LearningRate rate = new LearningRate(training.learningRate, 1, training.steps, Schedule.COSINE);
            UpdateRule.Operation rule = (UpdateRule.Operation) OptimizerKind.ADAM.rule(spec, 0);
            Tensor[] weightState = state(rule.slots(), weight);
            Tensor[] biasState = state(rule.slots(), bias);
            RandomKey order = RandomKey.of(training.seed);
            for (int t = 1; t <= training.steps; t++) {
                try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
                    Tensor[] gradients = gradients(tape, shown.get(order.below(shown.size(), t)));
                    Tensor rates = backend.upload(rates(spec, rate.at(t), t));
                    weight = step(rule.op(), weight, weightState, gradients[0], rates);
                    bias = step(rule.op(), bias, biasState, gradients[1], rates);
                }
            }
        }

        /** Of the mean over positions of −Σ p·log q, which differs from KL by what no map changes. */
        private Tensor[] gradients(AutodiffBackend tape, Shown one) {
            tape.watch(weight);
            tape.watch(bias);
            Pass pass = Pass.evaluation(tape);
            Tensor agreement = pass.sumAll(pass.mul(one.expected, pass.logSoftmax(read(pass, one.stream))));
            return tape.gradients(pass.scale(agreement, -1.0 / one.logits.length), List.of(weight, bias));
        }

        private Tensor step(UpdateOp op, Tensor parameter, Tensor[] state, Tensor gradient, Tensor rates) {
            Tensor[] inputs = new Tensor[state.length + 3];
            inputs[0] = parameter;
            System.arraycopy(state, 0, inputs, 1, state.length);
            inputs[state.length + 1] = gradient;
            inputs[state.length + 2] = rates;
            Tensor[] outputs = backend.update(op, inputs);
            System.arraycopy(outputs, 1, state, 0, state.length);
            return outputs[0];
        }

        private Tensor[] state(int slots, Tensor like) {
            Tensor[] state = new Tensor[slots];
            Arrays.setAll(state, _ -> backend.upload(HostArray.of(like.shape(), like.dtype(), new double[like.shape().elements()])));
            return state;
        }

        /** lr, 1 − β₁ᵗ, 1 − β₂ᵗ. */
        private HostArray rates(TrainingSpec spec, double rate, int t) {
            List<Double> betas = spec.get(TrainingSpec.BETAS);
            double[] rates = {rate, 1 - StrictMath.pow(betas.get(0), t), 1 - StrictMath.pow(betas.get(1), t)};
            return HostArray.of(Shape.of(3), weight.dtype(), rates);
        }
    }
}
