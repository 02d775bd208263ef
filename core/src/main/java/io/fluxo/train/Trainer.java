package io.fluxo.train;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Trains a model on windows of token ids: forward, backward, update. A step is a pure function of the parameters, the optimizer's state, the
 * windows and the step's number.
 */
public final class Trainer {

    private final Backend backend;
    private final Transformer model;
    private final TrainingSpec spec;
    private final RandomKey dropout;
    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final Measurements measurements;

    /**
     * @param model   initialised on {@code backend}
     * @param dropout the stream of dropout's randomness
     */
    public Trainer(Backend backend, Transformer model, TrainingSpec spec, RandomKey dropout) {
        this.backend = backend;
        this.model = model;
        this.spec = spec;
        this.dropout = dropout;
        this.parameters = model.parameters();
        this.optimizer = new Optimizer(backend, spec, parameters);
        this.measurements = new Measurements(model);
    }

    /**
     * What a step found.
     *
     * @param loss     mean cross-entropy in nats before the update
     * @param measured measure → values by layer or matrix
     */
    public record Step(double loss, Map<Measure, double[]> measured) {}

    /**
     * One step of training.
     *
     * @param t        the step, from 1
     * @param windows  {@code rows} sequences of equal length, one after the other; each token's target is its successor
     * @param rows     number of sequences
     * @param measures what to measure; costs time where not empty
     */
    public Step step(int t, int[] windows, int rows, Set<Measure> measures) {
        try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            parameters.forEach(parameter -> tape.watch(parameter.value()));
            Cache stream = measurements.stream();
            Pass pass = Pass.training(tape, dropout.split(t));
            Tensor loss = loss(measures.isEmpty() ? pass : pass.with(stream), windows, rows);

            Stream<Tensor> weights = parameters.stream().map(Parameter::value);
            Tensor[] all = tape.gradients(loss, Stream.concat(weights, stream.values().values().stream()).toList());
            Tensor[] gradients = Arrays.copyOf(all, parameters.size());
            double value = tape.download(loss).scalar();

            if (measures.isEmpty()) {
                optimizer.step(t, clipped(gradients));
                return new Step(value, Map.of());
            }
            var streamGradients = Arrays.asList(all).subList(gradients.length, all.length);
            var evidence = new Measurements.Evidence(host(backend, List.of(gradients)), host(tape, stream.values().values()),
                    host(backend, streamGradients), weights());
            optimizer.step(t, clipped(gradients));
            return new Step(value, measurements.of(measures, evidence, weights()));
        }
    }

    /** The mean cross-entropy in nats on {@code windows}, nothing dropped, nothing trained. */
    public double evaluate(int[] windows, int rows) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(loss(Pass.evaluation(backend), windows, rows)).scalar();
        }
    }

    private Tensor loss(Pass pass, int[] windows, int rows) {
        int window = windows.length / rows;
        int length = window - 1;
        int[] tokens = new int[rows * length];
        int[] targets = new int[rows * length];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(windows, row * window, tokens, row * length, length);
            System.arraycopy(windows, row * window + 1, targets, row * length, length);
        }
        Shape shape = Shape.of(Dim.of("batch", rows), Dim.of("pos", length));
        return model.loss(pass, backend.upload(HostArray.of(shape, tokens)), backend.upload(HostArray.of(shape, targets)));
    }

    /** The gradients, scaled down together where their norm exceeds the limit. */
    private Tensor[] clipped(Tensor[] gradients) {
        if (spec.clip() == 0) {
            return gradients;
        }
        double norm = Math.sqrt(host(backend, List.of(gradients)).stream().mapToDouble(Measurements::sumOfSquares).sum());
        if (norm <= spec.clip()) {
            return gradients;
        }
        Pass pass = Pass.evaluation(backend);
        return Arrays.stream(gradients).map(gradient -> pass.scale(gradient, spec.clip() / norm)).toArray(Tensor[]::new);
    }

    private List<HostArray> weights() {
        return host(backend, parameters.stream().map(Parameter::value).toList());
    }

    private static List<HostArray> host(Backend backend, Collection<Tensor> tensors) {
        return tensors.stream().map(backend::download).toList();
    }
}
