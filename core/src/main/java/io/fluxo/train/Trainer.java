package io.fluxo.train;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    private final Evaluation evaluation;
    private Optional<StepsOfOneForm> current = Optional.empty();

    /**
     * @param model   initialised on {@code backend}
     * @param catalog the optimizers and schedules that {@code spec} may name
     * @param dropout the stream of dropout's randomness
     */
    public Trainer(Backend backend, LanguageModel model, TrainingSpec spec, Catalog catalog, RandomKey dropout) {
        this.backend = backend;
        this.model = model;
        this.spec = spec;
        this.parameters = model.parameters();
        this.cells = model.cells();
        this.optimizer = new Optimizer(backend, spec, catalog, parameters, model.kept());
        this.dropout = new DropoutKeys(backend, dropout, model);
        this.clipping = new Clipping(backend, spec.get(TrainingSpec.CLIP), parameters.getFirst().value().dtype());
        this.evaluation = new Evaluation(backend, model, this::loss);
    }

    /**
     * The result of a step.
     *
     * @param loss     mean cross-entropy in nats before the update
     * @param measured measure → its figures, in the order that was asked for
     */
    public record StepResult(double loss, Map<Measure, double[]> measured) {}

    /**
     * One step of training on windows of text.
     *
     * @param windows {@code rows} sequences of equal length, one after the other; each token's target is its successor
     */
    public StepResult step(int t, int[] windows, int rows, Set<Measure> measures) {
        return step(t, Examples.successors(windows, rows), measures);
    }

    /**
     * One step of training. Steps are taken in the scope that was open at the first.
     *
     * @param t        the step, from 1
     * @param measures what to measure; costs time where not empty
     */
    public StepResult step(int t, Examples examples, Set<Measure> measures) {
        if (current.isEmpty() || !current.get().fits(examples)) {
            forget();
            current = Optional.of(new StepsOfOneForm(examples));
        }
        try (TensorScope _ = backend.openScope()) {
            return current.get().step(t, examples, measures);
        }
    }

    private void forget() {
        Optional<StepsOfOneForm> former = current;
        current = Optional.empty();
        former.ifPresent(one -> one.inputs.release());
    }

    /**
     * Steps on examples of one form. Steps that measure execute the same operations each time, and so do those that do not: a backend may remember
     * either.
     */
    private final class StepsOfOneForm {
        private final StepInputs inputs;
        private final CellWatch watch = new CellWatch(cells);
        private final Routine plain = backend.routine(this::train);
        private final Map<Set<Evidence.Kind>, MeasuredStep> measured = new HashMap<>();

        private StepsOfOneForm(Examples examples) {
            inputs = new StepInputs(backend, parameters.getFirst().value().dtype(), examples);
        }

        /** Whether these steps can continue: on examples of the same form, with the cells as the last step left them. */
        private boolean fits(Examples examples) {
            return watch.unchanged() && inputs.fit(examples);
        }

        private StepResult step(int t, Examples examples, Set<Measure> measures) {
            inputs.set(examples);
            optimizer.prepare(t);
            dropout.prepare(t);
            StepResult step = measures.isEmpty() ? new StepResult(backend.download(plain.run()).scalar(), Map.of()) : measured(measures);
            watch.remember();
            return step;
        }

        private StepResult measured(Set<Measure> measures) {
            Set<Evidence.Kind> needs = measures.stream().flatMap(measure -> measure.needs().stream()).collect(Collectors.toUnmodifiableSet());
            return measured.computeIfAbsent(needs, _ -> new MeasuredStep(inputs, needs)).run(measures);
        }

        private Tensor train() {
            try (TensorScope scope = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
                Pass pass = pass(tape);
                Tensor loss = loss(pass, inputs);
                update(pass, tape, tape.gradients(loss, parameters.stream().map(Parameter::value).toList()));
                return scope.keep(tape.value(loss));
            }
        }
    }

    /** A step that also returns evidence of some kinds. */
    private final class MeasuredStep {
        private final StepInputs inputs;
        private final Set<Evidence.Kind> needs;
        private final JoinedResults results = new JoinedResults();
        private final Routine routine = backend.routine(this::train);
        /** How many tensors of each kind the step returned the last time that it ran itself. */
        private Map<Evidence.Kind, Integer> counts = Map.of();

        private MeasuredStep(StepInputs inputs, Set<Evidence.Kind> needs) {
            this.inputs = inputs;
            this.needs = needs;
        }

        private StepResult run(Set<Measure> measures) {
            Map<Evidence.Kind, List<HostArray>> values = new EnumMap<>(Evidence.Kind.class);
            weights(Evidence.Kind.WEIGHTS_BEFORE, values);
            List<HostArray> read = results.split(backend.download(routine.run()));
            int at = 1; // after the loss
            for (Map.Entry<Evidence.Kind, Integer> kind : counts.entrySet()) {
                values.put(kind.getKey(), read.subList(at, at + kind.getValue()));
                at += kind.getValue();
            }
            weights(Evidence.Kind.WEIGHTS_AFTER, values);
            Evidence evidence = new Evidence(model.layerPaths(), parameters.stream().map(Parameter::name).toList(), values);
            Map<Measure, double[]> figures = new LinkedHashMap<>();
            measures.forEach(measure -> figures.put(measure, figures(measure, evidence)));
            return new StepResult(read.getFirst().scalar(), figures);
        }

        private static double[] figures(Measure measure, Evidence evidence) {
            double[] figures = measure.figures(evidence);
            if (figures == null) {
                throw new BrokenPartException(Text.format("the measure '%s' returned null instead of figures", measure.label()));
            }
            return figures;
        }

        private void weights(Evidence.Kind kind, Map<Evidence.Kind, List<HostArray>> values) {
            if (needs.contains(kind)) {
                values.put(kind, parameters.stream().map(parameter -> backend.download(parameter.value())).toList());
            }
        }

        /** The stream's gradients are always computed, so that a measure's figures do not depend on which other measures there are. */
        private Tensor train() {
            try (TensorScope scope = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
                Set<String> streamPoints = Set.copyOf(model.streamPoints());
                Cache cache = new Cache(point -> streamPoints.contains(point.name()));
                Pass pass = pass(tape).with(cache);
                Tensor loss = loss(pass, inputs);
                List<Tensor> stream = List.copyOf(cache.values().values());
                List<Tensor> all = List.of(tape.gradients(loss, Stream.concat(parameters.stream().map(Parameter::value), stream.stream()).toList()));
                List<Tensor> gradients = all.subList(0, parameters.size());
                Tensor joined = join(tape.value(loss), new EnumMap<>(Map.of(Evidence.Kind.GRADIENTS, gradients,
                        Evidence.Kind.STREAM, stream.stream().map(tape::value).toList(),
                        Evidence.Kind.STREAM_GRADIENTS, all.subList(parameters.size(), all.size()))));
                update(pass, tape, gradients.toArray(Tensor[]::new));
                return scope.keep(joined);
            }
        }

        private Tensor join(Tensor loss, Map<Evidence.Kind, List<Tensor>> found) {
            found.keySet().retainAll(needs);
            counts = new EnumMap<>(Evidence.Kind.class);
            found.forEach((kind, tensors) -> counts.put(kind, tensors.size()));
            return results.join(new Ops(backend), Stream.concat(Stream.of(loss), found.values().stream().flatMap(List::stream)).toList());
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

    /** Everything the next step depends on besides its own number and data: the model's cells under their names, and the optimizer's state. */
    public Map<String, HostArray> state() {
        Map<String, HostArray> state = new LinkedHashMap<>();
        cells.forEach(cell -> state.put(cell.name(), backend.download(cell.value())));
        optimizer.state().forEach((name, tensor) -> state.put(name, backend.download(tensor)));
        return state;
    }

    /**
     * Restores a {@link #state} of a trainer of the same model and specification.
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

    /** The mean cross-entropy in nats on {@code examples}, nothing dropped, nothing trained. Taken in the scope that was open at the first. */
    public double evaluate(Examples examples) {
        return evaluation.of(examples).scalar();
    }

    /** The mean over the positions at which something is asked. */
    private Tensor loss(Pass pass, StepInputs inputs) {
        Tensor losses = Answers.of(pass, model, inputs).losses();
        return inputs.weights().map(weights -> pass.sumAll(pass.mul(losses, weights))).orElseGet(() -> pass.meanAll(losses));
    }

    /** Applies the changes to buffers that the pass requested. */
    private void accumulate(Pass pass, AutodiffBackend tape) {
        pass.additions().forEach(addition -> addition.buffer().set(
                backend.update(new UpdateOp.Accumulate(), addition.buffer().value(), tape.value(addition.change()))[0]));
    }
}
