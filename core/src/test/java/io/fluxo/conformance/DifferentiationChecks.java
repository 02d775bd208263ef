package io.fluxo.conformance;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;

/** What difference quotients do not see: gradients that must stop, ties, conventions at kinks, second derivatives. */
final class DifferentiationChecks {

    private DifferentiationChecks() {}

    static List<Check> all() {
        return List.of(
                expect("nothing flows through stopGradient", (ops, x) -> ops.mul(x, ops.stopGradient(x)), Samples.vector(2, -3), 2, -3),
                expect("a target the output does not depend on has gradient 0", (ops, x) -> ops.stopGradient(x), Samples.vector(2, -3), 0, 0),
                expect("relu at 0 has derivative 0", Ops::relu, Samples.vector(-1, 0, -0.0, 1), 0, 0, 0, 1),
                expect("equal largest values share", (ops, x) -> ops.max(x, 0), Samples.vector(1, 4, 4, 2), 0, 0.5, 0.5, 0),
                expect("equal operands of maximum take half each", (ops, x) -> ops.maximum(x, ops.stopGradient(x)), Samples.vector(1, 2), 0.5, 0.5),
                expect("where passes nothing to the branch not taken, not even NaN",
                        (ops, x) -> ops.where(ops.less(ops.zerosLike(x), x), ops.log(x), x), Samples.vector(4, 2, 0.5), 0.25, 0.5, 2),
                expect("through another floating type and back", DifferentiationChecks::thereAndBack, Samples.vector(2, -3), 4, -6),
                expect("through the same tensor many times", (ops, x) -> ops.add(ops.add(x, x), ops.add(ops.mul(x, x), x)), Samples.vector(2, -3), 7, -3),
                new Check("a row of softmax without a number has gradient 0", DifferentiationChecks::emptyRow),
                new Check("gradients of an intermediate result", DifferentiationChecks::intermediate),
                new Check("second derivatives", DifferentiationChecks::second),
                new Check("gradients of one scope survive it by keep", DifferentiationChecks::kept));
    }

    /** d(Σ f)/dx is {@code gradient}. */
    private static Check expect(String name, BiFunction<Ops, Tensor, Tensor> f, HostArray x, double... gradient) {
        return new Check(name, bench -> {
            try (AutodiffBackend autodiff = new AutodiffBackend(bench.backend())) {
                Ops ops = new Ops(autodiff);
                Tensor at = autodiff.watch(bench.upload(x));
                Tensor[] got = autodiff.gradients(ops.sumAll(f.apply(ops, at)), List.of(at));
                bench.requireClose(name, HostArray.of(x.shape(), gradient), bench.download(got[0]), Tolerance.ROUNDED);
            }
        });
    }

    /** x² by way of any other floating type that the backend has. */
    private static Tensor thereAndBack(Ops ops, Tensor x) {
        DType other = ((Backend) ops.engine()).dtypes().stream().filter(dtype -> dtype != x.dtype()).findFirst().orElse(x.dtype());
        Tensor there = ops.cast(x, other);
        return ops.cast(ops.mul(there, there), x.dtype());
    }

    private static void emptyRow(Bench bench) {
        HostArray x = HostArray.of(Shape.of(2, 2), Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, 0.0);
        try (AutodiffBackend autodiff = new AutodiffBackend(bench.backend())) {
            Tensor at = autodiff.watch(bench.upload(x));
            Tensor seed = bench.upload(HostArray.of(Shape.of(2, 2), 1.0, 2.0, 1.0, 2.0));
            Tensor[] got = autodiff.gradients(new Ops(autodiff).softmax(at), seed, List.of(at));
            bench.requireClose("gradient", HostArray.of(Shape.of(2, 2), 0.0, 0.0, -0.25, 0.25), bench.download(got[0]), Tolerance.sum(2));
        }
    }

    private static void intermediate(Bench bench) {
        try (AutodiffBackend autodiff = new AutodiffBackend(bench.backend())) {
            Ops ops = new Ops(autodiff);
            Tensor x = autodiff.watch(bench.upload(Samples.vector(1, 2, 3)));
            Tensor square = ops.mul(x, x);
            Tensor[] got = autodiff.gradients(ops.sumAll(ops.mul(square, square)), List.of(square, x));
            bench.requireClose("∂Σ(x²)²/∂x²", Samples.vector(2, 8, 18), bench.download(got[0]), Tolerance.ROUNDED);
            bench.requireClose("∂Σx⁴/∂x", Samples.vector(4, 32, 108), bench.download(got[1]), Tolerance.ROUNDED);
        }
    }

    /** ∂²Σf/∂x² along a direction, by an autodiff around an autodiff, against differences of first derivatives of the definition. */
    private static void second(Bench bench) {
        HostArray x = Samples.normal("x", 2, 5);
        HostArray seed = bench.seen(Samples.normal("seed", 2, 5));
        HostArray direction = bench.seen(Samples.normal("direction", 2, 5));
        Case it = FusedCases.layerNorm(0.1, 5, x);
        HostArray expectedHessian = Differences.gradients(in -> {
            HostArray gradient = Differences.gradients(it.definition(), in, it.inputs(), seed).getFirst();
            return Reference.broadcast(gradient, direction, (a, b) -> a * b);
        }, new HostArray[] {bench.seen(x)}, it.inputs(), Reference.map(seed, _ -> 1)).getFirst();
        try (AutodiffBackend inner = new AutodiffBackend(bench.backend()); AutodiffBackend outer = new AutodiffBackend(inner)) {
            Tensor once = inner.watch(bench.upload(x));
            Tensor twice = outer.watch(once);
            Tensor gradient = outer.gradients(it.run().apply(new Ops(outer), new Tensor[] {twice}), bench.upload(seed), List.of(twice))[0];
            Tensor[] hessian = inner.gradients(gradient, bench.upload(direction), List.of(once));
            double slack = bench.dtype() == DType.F64 ? 1e8 : 16;                    // differences of differences are good to about 1e-9
            bench.requireClose("second derivative of layerNorm", expectedHessian, bench.download(hessian[0]), Tolerance.sum(5).times(slack));
        }
    }

    private static void kept(Bench bench) {
        Tensor gradient;
        Tensor x = bench.upload(Samples.vector(1, 2, 3));
        try (AutodiffBackend autodiff = new AutodiffBackend(bench.backend()); var scope = autodiff.openScope()) {
            Tensor at = autodiff.watch(x);
            gradient = scope.keep(autodiff.gradients(new Ops(autodiff).sumAll(new Ops(autodiff).mul(at, at)), List.of(at))[0]);
        }
        bench.ops().exp(x);
        bench.requireClose("kept gradient", Samples.vector(2, 4, 6), bench.download(gradient), Tolerance.ROUNDED);
    }
}
