package io.fluxo.conformance;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;

/** Errors that explain: the operation, the shapes with the names of their axes, and what does not fit. */
final class MessageChecks {

    private MessageChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("matMul of sizes that do not fit", MessageChecks::product),
                shapes("add of sizes that do not fit", bench -> bench.ops().add(x(bench, 3), x(bench, 4)), "add", "[3]", "[4]", "3 ≠ 4"),
                shapes("slice beyond the end", bench -> bench.ops().slice(x(bench, 3), 0, Dim.of(2), Dim.of(2)), "slice", "[3]"),
                shapes("a split that does not fit", bench -> bench.ops().splitAxis(x(bench, 7), 0, Dim.of(2), Dim.of(3)), "splitAxis", "[7]"),
                shapes("an axis that does not exist", bench -> bench.ops().sumOver(x(bench, 7), 1), "axis 1", "[7]"),
                shapes("a permutation of too few axes", bench -> bench.ops().permute(x(bench, 7, 2), 0), "permute", "[7, 2]"),
                shapes("a permutation with an axis from the end", bench -> bench.ops().permute(x(bench, 7, 2, 3), 0, 1, -3), "permute", "[7, 2, 3]"),
                shapes("a pad of less than nothing", bench -> bench.ops().pad(x(bench, 3), 0, Dim.of(0), Dim.of(-2), Scalar.ZERO), "pad", "[3]"),
                shapes("a slice of less than nothing", bench -> bench.ops().slice(x(bench, 3), 0, Dim.of(2), Dim.of(-1)), "slice", "[3]"),
                shapes("expanding what does not stretch", bench -> bench.ops().expand(x(bench, 3), Shape.of(2, 4)), "expand", "[3]", "[2, 4]"),
                shapes("concat of sizes that do not fit", bench -> bench.ops().concat(0, x(bench, 3, 2), x(bench, 3, 4)), "concat", "[3, 2]", "[3, 4]"),
                shapes("layerNorm with a gain of another width", bench -> bench.ops().layerNorm(x(bench, 2, 3), x(bench, 4), x(bench, 3), 1e-5),
                        "[4]"),
                shapes("linear with a bias of another width", bench -> bench.ops().linear(x(bench, 2, 3), x(bench, 3, 4), x(bench, 3)), "[3]"),
                shapes("attention of heads that do not fit",
                        bench -> bench.ops().attention(x(bench, 1, 2, 3, 4), x(bench, 1, 2, 2, 4), x(bench, 1, 2, 2, 4), null, Mask.CAUSAL, Scalar.ONE),
                        "[1, 2, 2, 4]"),
                shapes("rotate of an odd width", bench -> bench.ops().rotate(x(bench, 1, 2, 3, 7), x(bench, 2, 3), x(bench, 2, 3), Pairs.HALVES), "7"),
                shapes("rotate by angles for fewer pairs",
                        bench -> bench.ops().rotate(x(bench, 1, 2, 3, 8), x(bench, 2, 3), x(bench, 2, 3), Pairs.NEIGHBOURS), "4", "3"),
                types("types are not promoted", bench -> bench.ops().add(x(bench, 2), i(bench, 0, 1)), "add", "i32", "cast"),
                types("exp of integers", bench -> bench.ops().exp(i(bench, 0, 1)), "exp", "i32"),
                types("where without a condition", bench -> bench.ops().where(x(bench, 2), x(bench, 2), x(bench, 2)), "where", "bool"),
                types("gather by reals", bench -> bench.ops().gather(x(bench, 2), x(bench, 2)), "gather", "i32"),
                index("gather below", bench -> bench.ops().gather(x(bench, 5, 2), i(bench, 0, -1)), "gather", "-1"),
                index("gather beyond", bench -> bench.ops().gather(x(bench, 5, 2), i(bench, 0, 4, 5)), "gather", "5"),
                index("scatterAdd beyond", bench -> bench.ops().scatterAdd(i(bench, 0, 5), x(bench, 2, 3), Dim.of(5)), "scatterAdd", "5"),
                index("crossEntropy of a target beyond the classes", bench -> bench.ops().crossEntropy(x(bench, 2, 3), i(bench, 0, 3)), "3"),
                index("crossEntropy of a target below", bench -> bench.ops().crossEntropy(x(bench, 2, 3), i(bench, 0, -1)), "-1"),
                new Check("a type the backend does not have", MessageChecks::missingType));
    }

    private static void product(Bench bench) {
        Shape left = Shape.of(Dim.of("batch", 8), Dim.of("pos", 128), Dim.of("d_model", 256));
        Shape right = Shape.of(Dim.of("d_mlp", 512), Dim.of("d_model", 128));
        Tensor a = bench.ops().constant(Scalar.ONE, left, bench.dtype());
        Tensor b = bench.ops().constant(Scalar.ONE, right, bench.dtype());
        String message = "matmul: left [batch=8, pos=128, d_model=256] · right [d_mlp=512, d_model=128]: 256 ≠ 512";
        Expect.failure("matMul", ShapeMismatchException.class, () -> bench.ops().matMul(a, b), message);
        Expect.failure("linear", ShapeMismatchException.class, () -> bench.ops().linear(a, b, null), message);
    }

    private static void missingType(Bench bench) {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.BF16)) {
            if (!bench.backend().dtypes().contains(dtype)) {
                Expect.failure("upload", IllegalArgumentException.class,
                        () -> bench.backend().upload(HostArray.of(Shape.of(1), dtype, new double[1])), dtype.label());
            }
        }
    }

    private static Check shapes(String name, Consumer<Bench> action, String... parts) {
        return new Check(name, bench -> Expect.failure(name, ShapeMismatchException.class, () -> action.accept(bench), parts));
    }

    private static Check types(String name, Consumer<Bench> action, String... parts) {
        return new Check(name, bench -> Expect.failure(name, IllegalArgumentException.class, () -> action.accept(bench), parts));
    }

    private static Check index(String name, Consumer<Bench> action, String... parts) {
        return new Check(name, bench -> Expect.failure(name, RuntimeException.class, () -> {
            action.accept(bench);
            // a device may report a wrong index late, but not later than the next look at its memory
            bench.download(x(bench, 1));
        }, parts));
    }

    private static Tensor x(Bench bench, int... sizes) {
        return bench.upload(Samples.normal("x", sizes));
    }

    private static Tensor i(Bench bench, int... values) {
        return bench.upload(HostArray.of(Shape.of(values.length), values));
    }
}
