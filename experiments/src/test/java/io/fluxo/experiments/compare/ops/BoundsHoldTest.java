package io.fluxo.experiments.compare.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.bound.ErrorBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * On random shapes and values no error of simd is beyond the derived bound, the envelope left aside. {@code -Dfluxo.bounds=true} prints how tight the bounds
 * are.
 */
class BoundsHoldTest {

    private static final int CASES = 10_000;

    private final Random random = new Random(11);

    private HostArray draw(int... sizes) {
        double scale = Math.pow(10, random.nextInt(9) - 4);
        double mean = random.nextInt(3) == 0 ? scale * 100 * random.nextGaussian() : 0;
        Shape shape = Shape.of(sizes);
        return HostArray.of(shape, IntStream.range(0, shape.elements()).mapToDouble(i -> (float) (mean + scale * random.nextGaussian())).toArray());
    }

    private int size(int most) {
        return 1 + random.nextInt(most);
    }

    private OperationCase one() {
        int n = size(6);
        int width = size(70);
        HostArray x = draw(n, width);
        Op op = switch (random.nextInt(21)) {
            case 0 -> new Add();
            case 1 -> new Mul();
            case 2 -> new Div();
            case 3 -> new Exp();
            case 4 -> new Tanh();
            case 5 -> new Erf();
            case 6 -> new Sin();
            case 7 -> new Sum(List.of(1), false);
            case 8, 9 -> new MatMul(false, false);
            case 10 -> new FusedOp.Gelu(random.nextBoolean());
            case 11 -> new FusedOp.Softmax();
            case 12 -> new FusedOp.LogSoftmax();
            case 13, 14 -> new FusedOp.LayerNorm(1e-5, false);
            case 15 -> new FusedOp.RmsNorm(1e-5, false);
            case 16 -> new FusedOp.CrossEntropy();
            case 17 -> new FusedOp.Linear(true);
            case 18 -> new FusedOp.Rotate(random.nextBoolean() ? Pairs.HALVES : Pairs.NEIGHBOURS);
            default -> new FusedOp.Attention(random.nextBoolean() ? Mask.CAUSAL : Mask.BIDIRECTIONAL, Scalar.reciprocalSqrt(Dim.of(5)), false);
        };
        HostArray[] inputs = switch (op) {
            case Binary _ -> new HostArray[] {x, draw(n, width)};
            case MatMul _ -> new HostArray[] {x, draw(width, size(9))};
            case FusedOp.CrossEntropy _ -> new HostArray[] {x, HostArray.of(Shape.of(n), IntStream.range(0, n).map(_ -> random.nextInt(width)).toArray())};
            case FusedOp.Linear _ -> {
                int out = size(9);
                yield new HostArray[] {x, draw(width, out), draw(out)};
            }
            case FusedOp.Rotate _ -> {
                int pairs = size(35);
                yield new HostArray[] {draw(2, n, 1, 2 * pairs), draw(n, pairs), draw(n, pairs)};
            }
            case FusedOp.Attention _ -> {
                int tokens = size(20);
                int heads = size(3);
                yield new HostArray[] {draw(1, tokens, heads, 5), draw(1, tokens, heads, 5), draw(1, tokens, heads, 5)};
            }
            default -> new HostArray[] {x};
        };
        return switch (op) {
            case FusedOp fused when random.nextBoolean() -> OperationCase.gradient(fused, "random", (ops, in) -> ops.fused(fused, in), inputs);
            case FusedOp fused -> OperationCase.forward(fused, "random", (ops, in) -> ops.fused(fused, in), inputs);
            case PrimitiveOp primitive when random.nextBoolean() -> OperationCase.gradient(primitive, "random", (ops, in) -> ops.engine().execute(primitive, in), inputs);
            case PrimitiveOp primitive -> OperationCase.forward(primitive, "random", (ops, in) -> ops.engine().execute(primitive, in), inputs);
            default -> throw new AssertionError(op);
        };
    }

    @Test
    void noErrorIsBeyondTheDerivedBound() {
        Map<String, List<Double>> tightness = new TreeMap<>();
        try (Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            for (int i = 0; i < CASES; i++) {
                OperationCase one = one();
                List<Double> ratios = tightness.computeIfAbsent(one.operation() + "/" + one.direction(), _ -> new ArrayList<>());
                require(one, exact, simd, ratios);
            }
        }
        if (Boolean.getBoolean("fluxo.bounds")) {
            tightness.values().removeIf(List::isEmpty);
            tightness.forEach((what, ratios) -> System.out.printf("%s: %d elements, error/bound: median %.2g, largest %.2g%n", what, ratios.size(),
                    ratios.stream().sorted().toList().get(ratios.size() / 2), ratios.stream().mapToDouble(ratio -> ratio).max().orElse(0)));
        }
    }

    private static void require(OperationCase one, Backend exact, Backend simd, List<Double> ratios) {
        try (TensorScope _ = exact.openScope(); TensorScope _ = simd.openScope()) {
            ErrorBackend errors = new ErrorBackend(exact);
            Tensor[] expected = one.computation().on(errors, Expectation.upload(errors, one.in(DType.F32)));
            Tensor[] got = one.computation().on(simd, Expectation.upload(simd, one.in(DType.F32)));
            for (int output = 0; output < got.length; output++) {
                double[] bounds = errors.errors(expected[output]);
                double[] should = errors.values(expected[output]).toDoubles();
                double[] is = simd.download(got[output]).toDoubles();
                for (int i = 0; i < is.length; i++) {
                    double off = is[i] == should[i] || Double.isNaN(is[i]) && Double.isNaN(should[i]) ? 0 : Math.abs(is[i] - should[i]);
                    if (Double.isFinite(bounds[i])) {
                        assertThat(off).as("%s, output %d, element %d: %s, not %s", one.what(), output, i, is[i], should[i]).isLessThanOrEqualTo(bounds[i] * (1 + 1e-6));
                        if (off > 0) {
                            ratios.add(off / bounds[i]);
                        }
                    }
                }
            }
        }
    }
}
