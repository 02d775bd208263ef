package io.fluxo.proof;

import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Operations in random order on tensors [1 pos width] and conditions of that shape; each works on results of earlier ones.
 *
 * @param instructions what is done, in order
 */
record RandomProgram(List<Instruction> instructions) {

    static final int POS = 3;
    static final int WIDTH = 4;
    static final Shape SHAPE = Shape.of(1, POS, WIDTH);

    private static final double[] CONSTANTS = {0, 1, -1, 0.5, 3, -1e9, Double.NEGATIVE_INFINITY};

    /** {@code operation} on the operands {@code a}, {@code b}, {@code c}, counted back from the last result. */
    record Instruction(Operation operation, int a, int b, int c) {}

    enum Operation {
        NEG, EXP, LOG, SQRT, SIN, COS, TANH, ERF, ADD, SUB, MUL, DIV, MAXIMUM, LESS, EQUAL, AND, OR, NOT, WHERE, SUM, MAX, ARG_MAX, MIX, PROJECT, SHUFFLE,
        SHIFT, CONCAT, GATHER, SCATTER, TRUNCATE, TRUTH, CONSTANT, IOTA, LATER, SOFTMAX, LOG_SOFTMAX, LAYER_NORM, RMS_NORM, RELU, GELU, STOP
    }

    static RandomProgram of(RandomKey key, int length) {
        Operation[] all = Operation.values();
        return new RandomProgram(IntStream.range(0, length)
                .mapToObj(i -> key.split(i))
                .map(draw -> new Instruction(all[draw.below(all.length, 0)], draw.below(1 << 20, 1), draw.below(1 << 20, 2), draw.below(1 << 20, 3)))
                .toList());
    }

    /** A run in progress: the same on any backend. */
    static final class Run {
        private final Ops ops;
        private final List<Tensor> values = new ArrayList<>();
        private final List<Tensor> truths = new ArrayList<>();

        /** @param weight [WIDTH WIDTH] */
        Run(Ops ops, Tensor x, Tensor weight) {
            this.ops = ops;
            values.add(x);
            values.add(ops.matMul(x, weight));
            truths.add(ops.less(x, values.getLast()));
            truths.add(later());
        }

        /** Which key is later than which query, stretched over the width. */
        private Tensor later() {
            return ops.less(ops.iota(1, SHAPE, DType.I32), ops.iota(2, SHAPE, DType.I32));
        }

        Tensor step(Instruction instruction) {
            Tensor result = execute(instruction);
            (result.dtype() == DType.BOOL ? truths : values).add(result);
            return result;
        }

        private static Tensor pick(List<Tensor> from, int index) {
            return from.get(from.size() - 1 - index % Math.min(from.size(), 5));
        }

        /** [1 POS]: some of {@code found}, others known, as a column of {@code chosen} says. */
        private Tensor indices(Tensor chosen, Tensor found, int column) {
            Tensor some = ops.mergeAxes(ops.slice(chosen, 2, Dim.of(column % WIDTH), Dim.ONE), 1);
            return ops.where(some, found, ops.iota(1, found.shape(), DType.I32));
        }

        private Tensor execute(Instruction instruction) {
            Tensor a = pick(values, instruction.a);
            Tensor b = pick(values, instruction.b);
            Tensor c = pick(values, instruction.c);
            Tensor p = pick(truths, instruction.a);
            Tensor q = pick(truths, instruction.b);
            int axis = instruction.c % 2 + 1;
            return switch (instruction.operation) {
                case NEG -> ops.neg(a);
                case EXP -> ops.exp(a);
                case LOG -> ops.log(a);
                case SQRT -> ops.sqrt(a);
                case SIN -> ops.sin(a);
                case COS -> ops.cos(a);
                case TANH -> ops.tanh(a);
                case ERF -> ops.erf(a);
                case ADD -> ops.add(a, b);
                case SUB -> ops.sub(a, b);
                case MUL -> ops.mul(a, b);
                case DIV -> ops.div(a, b);
                case MAXIMUM -> ops.maximum(a, b);
                case LESS -> ops.less(a, b);
                case EQUAL -> ops.equal(a, b);
                case AND -> ops.and(p, q);
                case OR -> ops.or(p, q);
                case NOT -> ops.not(p);
                case WHERE -> ops.where(p, b, c);
                case SUM -> ops.expand(ops.sum(a, axis), SHAPE);
                case MAX -> ops.expand(ops.max(a, axis), SHAPE);
                case ARG_MAX -> ops.expand(ops.unsqueeze(ops.cast(ops.argMax(a, axis), DType.F64), axis), SHAPE);
                case MIX -> ops.matMul(ops.where(ops.slice(p, 2, Dim.of(instruction.c % 2), Dim.of(POS)), ops.matMul(a, b, false, true),
                        ops.constant(Scalar.ZERO, DType.F64)), c);
                case PROJECT -> ops.matMul(a, ops.matMul(b, c, true, false));
                case SHUFFLE -> ops.mergeAxes(ops.permute(ops.splitAxis(a, 2, Dim.of(2), Dim.of(2)), 0, 1, 3, 2), 2);
                case SHIFT -> ops.slice(ops.pad(a, axis, Dim.ONE, Dim.ONE, Scalar.of(CONSTANTS[instruction.b % CONSTANTS.length])), axis,
                        Dim.of(instruction.b % 3), SHAPE.dim(axis));
                case CONCAT -> ops.slice(ops.concat(axis, a, b), axis, Dim.of(instruction.a % 3), SHAPE.dim(axis));
                case GATHER -> ops.gather(ops.squeeze(b, 0), indices(p, ops.argMax(ops.slice(a, 2, Dim.of(0), Dim.of(POS)), 2), instruction.c));
                case SCATTER -> ops.unsqueeze(ops.slice(ops.scatterAdd(indices(p, ops.argMax(a, 2), instruction.c), b, Dim.of(WIDTH)), 0, Dim.ONE, Dim.of(POS)), 0);
                case TRUNCATE -> ops.cast(ops.cast(ops.tanh(ops.mul(a, b)), DType.I32), DType.F64);
                case TRUTH -> ops.cast(a, DType.BOOL);
                case CONSTANT -> ops.constant(Scalar.of(CONSTANTS[instruction.a % CONSTANTS.length]), SHAPE, DType.F64);
                case IOTA -> ops.iota(axis, SHAPE, DType.F64);
                case LATER -> later();
                case SOFTMAX -> ops.softmax(a);
                case LOG_SOFTMAX -> ops.logSoftmax(a);
                case LAYER_NORM -> ops.layerNorm(a, null, null, 1e-5);
                case RMS_NORM -> ops.rmsNorm(a, null, 1e-5);
                case RELU -> ops.relu(a);
                case GELU -> ops.gelu(a);
                case STOP -> ops.stopGradient(instruction.c % 2 == 0 ? ops.cast(p, DType.F64) : a);
            };
        }
    }

    /** Numbers with many zeros and ties among them. */
    static double[] inputs(RandomKey key, int count) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> switch (key.below(4, 3L * i)) {
            case 0 -> 0;
            case 1 -> key.below(5, 3L * i + 1) - 2;
            default -> key.normal(3L * i + 2);
        });
        return values;
    }
}
