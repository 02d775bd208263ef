package io.fluxo.conformance;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An operation on given inputs, beside its definition in plain loops.
 *
 * @param subject    the operation under test
 * @param name       what is computed, on which shapes
 * @param inputs     what goes in; F64 stands for the floating type under test
 * @param run        the operation on a backend
 * @param definition the operation on doubles
 * @param tolerance  how far the two may be apart
 * @param fused      the fused operation in question; null where it is none
 * @param smooth     whether derivatives exist at the inputs
 */
record Case(String subject, String name, List<HostArray> inputs, BiFunction<Ops, Tensor[], Tensor> run,
        Function<HostArray[], HostArray> definition, Tolerance tolerance, FusedOp fused, boolean smooth) {

    /** A primitive that has derivatives. */
    static Case smooth(PrimitiveOp op, Function<HostArray[], HostArray> definition, Tolerance tolerance, HostArray... inputs) {
        return of(op, definition, tolerance, inputs).asSmooth();
    }

    /** A primitive at inputs where nothing is asked of its derivatives. */
    static Case of(PrimitiveOp op, Function<HostArray[], HostArray> definition, Tolerance tolerance, HostArray... inputs) {
        return new Case(op.name(), name(op, inputs), List.of(inputs), (ops, in) -> ops.engine().execute(op, in), definition, tolerance, null, false);
    }

    /** A fused operation, differentiable. */
    static Case fused(FusedOp op, Function<HostArray[], HostArray> definition, Tolerance tolerance, HostArray... inputs) {
        return new Case(op.name(), name(op, inputs), List.of(inputs), (ops, in) -> ops.fused(op, in), definition, tolerance, op, true);
    }

    /** Several operations one after the other, differentiable. */
    static Case chain(String name, BiFunction<Ops, Tensor[], Tensor> run, Function<HostArray[], HostArray> definition, Tolerance tolerance,
            HostArray... inputs) {
        return new Case("chain", name, List.of(inputs), run, definition, tolerance, null, true);
    }

    Case asSmooth() {
        return new Case(subject, name, inputs, run, definition, tolerance, fused, true);
    }

    Case withoutGradient() {
        return new Case(subject, name, inputs, run, definition, tolerance, fused, false);
    }

    Case called(String label) {
        return new Case(subject, label + ": " + name, inputs, run, definition, tolerance, fused, smooth);
    }

    Case within(Tolerance wider) {
        return new Case(subject, name, inputs, run, definition, wider, fused, smooth);
    }

    /** How many numbers a difference quotient would have to vary. */
    int variables() {
        return inputs.stream().filter(input -> input.dtype().isFloating()).mapToInt(HostArray::elements).sum();
    }

    private static String name(Op op, HostArray... inputs) {
        String fields = op.toString().substring(op.getClass().getSimpleName().length());
        String shapes = Arrays.stream(inputs).map(input -> input.shape().toString()).collect(Collectors.joining(" "));
        return op.name() + ("[]".equals(fields) ? " " : fields + " ") + shapes;
    }
}
