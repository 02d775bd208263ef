package io.fluxo.train;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Trains a model on windows of token ids: forward, backward, update. A step is a pure function of the parameters, the optimizer's state, the
 * windows and the step's number.
 */
public final class Trainer {

    private final Backend backend;
    private final LanguageModel model;
    private final TrainingSpec spec;
    private final DropoutKeys dropout;
    private final Clipping clipping;
    private final List<Parameter> parameters;
    private final List<Cell> cells;
    private final Optimizer optimizer;
    private final Measurements measurements;
    private Optional<Practice> practice = Optional.empty();

    /**
     * @param model   initialised on {@code backend}
     * @param dropout the stream of dropout's randomness
     */
    public Trainer(Backend backend, LanguageModel model, TrainingSpec spec, RandomKey dropout) {
        this.backend = backend;
        this.model = model;
        this.spec = spec;
        this.parameters = model.parameters();
        this.cells = model.cells();
        this.optimizer = new Optimizer(backend, spec, parameters);
        this.dropout = new DropoutKeys(backend, dropout, model);
        this.clipping = new Clipping(backend, spec.clip(), parameters.getFirst().value().dtype());
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
     * One step of training on windows of text.
     *
     * @param windows {@code rows} sequences of equal length, one after the other; each token's target is its successor
     */
    public Step step(int t, int[] windows, int rows, Set<Measure> measures) {
        return step(t, Examples.successors(windows, rows), measures);
    }

    /**
     * One step of training. Steps are taken in the scope that was open at the first.
     *
     * @param t        the step, from 1
     * @param measures what to measure; costs time where not empty
     */
    public Step step(int t, Examples examples, Set<Measure> measures) {
        if (practice.isEmpty() || !practice.get().fits(examples)) {
            forget();
            practice = Optional.of(new Practice(examples));
        }
        try (TensorScope _ = backend.openScope()) {
            return measures.isEmpty() ? practice.get().step(t, examples) : practice.get().measured(t, examples, measures);
        }
    }

    private void forget() {
        Optional<Practice> former = practice;
        practice = Optional.empty();
        former.ifPresent(one -> one.inputs.release());
    }

    /** Steps on examples of one form. As long as nothing is measured they come to the same operations, which a backend may remember. */
    private final class Practice {
        private final StepInputs inputs;
        private final Routine routine;
        private final Tensor[] values = new Tensor[cells.size()];

        private Practice(Examples examples) {
            inputs = new StepInputs(backend, parameters.getFirst().value().dtype(), examples);
            routine = backend.routine(this::train);
            remember();
        }

        /** Whether these steps go on: on examples of the same form, from where the last one left the cells. */
        private boolean fits(Examples examples) {
            for (int i = 0; i < values.length; i++) {
                if (cells.get(i).value() != values[i]) {
                    return false;
                }
            }
            return inputs.fit(examples);
        }

        private void remember() {
            for (int i = 0; i < values.length; i++) {
                values[i] = cells.get(i).value();
            }
        }

        private Step step(int step, Examples examples) {
            set(step, examples);
            double loss = backend.download(routine.run()).scalar();
            remember();
            return new Step(loss, Map.of());
        }

        private void set(int step, Examples examples) {
            inputs.set(examples);
            optimizer.prepare(step);
            dropout.prepare(step);
        }

        private Tensor train() {
            try (TensorScope scope = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
                Pass pass = pass(tape);
                Tensor loss = loss(pass, inputs);
                update(pass, tape, tape.gradients(loss, parameters.stream().map(Parameter::value).toList()));
                return scope.keep(tape.value(loss));
            }
        }

        private Step measured(int step, Examples examples, Set<Measure> measures) {
            set(step, examples);
            try (AutodiffBackend tape = new AutodiffBackend(backend)) {
                Cache stream = measurements.stream();
                Pass pass = pass(tape).with(stream);
                Tensor loss = loss(pass, inputs);
                Stream<Tensor> weights = parameters.stream().map(Parameter::value);
                Tensor[] all = tape.gradients(loss, Stream.concat(weights, stream.values().values().stream()).toList());
                Tensor[] gradients = Arrays.copyOf(all, parameters.size());
                var streamGradients = Arrays.asList(all).subList(gradients.length, all.length);
                var evidence = new Measurements.Evidence(host(backend, List.of(gradients)), host(tape, stream.values().values()),
                        host(backend, streamGradients), weights());
                double value = tape.download(loss).scalar();
                update(pass, tape, gradients);
                remember();
                return new Step(value, measurements.of(measures, evidence, weights()));
            }
        }

        private Pass pass(AutodiffBackend tape) {
            parameters.forEach(parameter -> tape.watch(parameter.value()));
            return Pass.training(tape, dropout::at);
        }

        private void update(Pass pass, AutodiffBackend tape, Tensor[] gradients) {
            optimizer.step(clipping.of(gradients));
            accumulate(pass, tape);
        }
    }

    /** Everything the next step depends on besides its own number and data: the model's cells under their names, and the optimizer's state. */
    public Map<String, HostArray> state() {
        Map<String, HostArray> state = new LinkedHashMap<>();
        cells.forEach(cell -> state.put(cell.name(), backend.download(cell.value())));
        optimizer.state().forEach((name, tensor) -> state.put(name, backend.download(tensor)));
        return state;
    }

    /**
     * Goes on from a {@link #state} of a trainer of the same model and specification.
     *
     * @param values a name's values
     */
    public void restore(Function<String, HostArray> values) {
        cells.forEach(cell -> cell.set(backend.upload(like(cell.value(), values.apply(cell.name())))));
        Map<String, Tensor> before = optimizer.state();
        optimizer.restore(name -> backend.upload(like(before.get(name), values.apply(name))));
        forget();
    }

    /** {@code values} in the place of {@code tensor}, whose shape has names for its axes. */
    private static HostArray like(Tensor tensor, HostArray values) {
        if (!values.shape().equals(tensor.shape()) || values.dtype() != tensor.dtype()) {
            throw new IllegalArgumentException(Text.format("%s %s cannot take the place of %s %s", values.dtype().label(), values.shape(),
                    tensor.dtype().label(), tensor.shape()));
        }
        return new HostArray(tensor.shape(), tensor.dtype(), values.array());
    }

    /** The mean cross-entropy in nats on {@code examples}, nothing dropped, nothing trained. */
    public double evaluate(Examples examples) {
        try (TensorScope _ = backend.openScope()) {
            StepInputs inputs = new StepInputs(backend, parameters.getFirst().value().dtype(), examples);
            return backend.download(loss(Pass.evaluation(backend), inputs)).scalar();
        }
    }

    /** The mean over the positions at which something is asked. */
    private Tensor loss(Pass pass, StepInputs inputs) {
        Tensor losses = Answers.of(pass, model, inputs).losses();
        return inputs.weights().map(weights -> pass.sumAll(pass.mul(losses, weights))).orElseGet(() -> pass.meanAll(losses));
    }

    /** Adds to buffers what the pass learnt by watching. */
    private void accumulate(Pass pass, AutodiffBackend tape) {
        pass.additions().forEach(addition -> addition.buffer().set(
                backend.update(new UpdateOp.Accumulate(), addition.buffer().value(), tape.value(addition.change()))[0]));
    }

    private List<HostArray> weights() {
        return host(backend, parameters.stream().map(Parameter::value).toList());
    }

    private static List<HostArray> host(Backend backend, Collection<Tensor> tensors) {
        return tensors.stream().map(backend::download).toList();
    }
}
