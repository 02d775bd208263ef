package io.fluxo.experiments.compare.speed;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.bench.Repeatable;
import io.fluxo.experiments.bench.SizedOperation;
import io.fluxo.experiments.bench.TrainingStep;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.function.ToLongFunction;

/**
 * An operation, or a training step, at a size.
 *
 * @param operation its name
 * @param direction {@code forward}, {@code gradient} (forward and back) or {@code step}
 * @param size      {@code 512x768}
 * @param flops     floating-point operations
 * @param bytes     of inputs and results in a type, each once; 0 where they say nothing of the memory's part
 * @param onBackend brings the inputs to a backend, in the scope that is then open
 */
record SpeedCase(String operation, String direction, String size, double flops, ToLongFunction<DType> bytes, Preparation onBackend) {

    /** A backend records a step before it repeats it, and may try out how: so many steps are taken beforehand. */
    private static final int FIRST_STEPS = 8;

    /** Brings a case to a backend. */
    @FunctionalInterface
    interface Preparation {
        Repeatable on(Backend backend, DType dtype);
    }

    static SpeedCase of(SizedOperation operation) {
        return new SpeedCase(operation.op().name(), Values.label(operation.direction()), operation.size(), operation.flops(), operation::bytes,
                (backend, dtype) -> Repeatable.of(backend, operation.on(backend, dtype)));
    }

    /** A training step, whose name is its layers, width, sequences and tokens. What takes its time are not the weights that go in and come out. */
    static SpeedCase training(BenchCase spec, Catalog catalog) {
        return new SpeedCase("train", "step", Text.format("%dx%dx%dx%d", spec.layers(), spec.model(), spec.batch(), spec.tokens()), spec.trainingFlops(), _ -> 0, (backend, dtype) -> {
            Repeatable steps = Repeatable.of(new TrainingStep(spec, backend, dtype, catalog));
            steps.run(FIRST_STEPS);
            return steps;
        });
    }

    /** {@code speed/matMul/forward/512x512x512}. */
    String what() {
        return Text.format("speed/%s/%s/%s", operation, direction, size);
    }

    /** Whether the other is the same at another size. */
    boolean sameKind(SpeedCase other) {
        return operation.equals(other.operation) && direction.equals(other.direction);
    }

    /** How many times as long as {@code smaller} it may take, if speed does not change. */
    double growth(SpeedCase smaller, DType dtype) {
        double more = (double) bytes.applyAsLong(dtype) / smaller.bytes.applyAsLong(dtype);
        return Math.max(flops / smaller.flops, Double.isNaN(more) ? 0 : more);
    }
}
