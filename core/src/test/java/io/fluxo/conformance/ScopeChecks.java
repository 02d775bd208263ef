package io.fluxo.conformance;

import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Who owns a tensor, and for how long. */
final class ScopeChecks {

    private ScopeChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("use after close is an error that names the operation", ScopeChecks::useAfterClose),
                new Check("download after close is an error", ScopeChecks::downloadAfterClose),
                new Check("keep carries a tensor one scope outwards", ScopeChecks::keep),
                new Check("keeping what an outer scope owns changes nothing", ScopeChecks::keepTwice),
                keptView("merged", (ops, x) -> ops.mergeAxes(x, 0), x -> Reference.reshape(x, 42)),
                keptView("split", (ops, x) -> ops.splitAxis(x, 1, Dim.of(2), Dim.of(7)), x -> Reference.reshape(x, 3, 2, 7)),
                keptView("permuted", (ops, x) -> ops.permute(x, 1, 0), x -> Reference.permute(x, 1, 0)),
                keptView("sliced", (ops, x) -> ops.slice(x, 0, Dim.of(1), Dim.of(2)), x -> Reference.slice(x, 0, 1, 2)),
                keptView("expanded", (ops, x) -> ops.expand(x, Shape.of(2, 3, 14)), x -> Reference.expand(x, 2, 3, 14)),
                keptView("stopped", Ops::stopGradient, x -> x),
                keptView("a view of a view", (ops, x) -> ops.slice(ops.mergeAxes(ops.permute(x, 1, 0), 0), 0, Dim.of(5), Dim.of(30)),
                        x -> Reference.slice(Reference.reshape(Reference.permute(x, 1, 0), 42), 0, 5, 30)),
                new Check("a tensor outlives views of it", ScopeChecks::keptBase),
                new Check("outer tensors keep their values over many scopes", ScopeChecks::churn),
                new Check("upload copies", ScopeChecks::uploadCopies),
                new Check("download copies", ScopeChecks::downloadCopies),
                new Check("every type goes up and comes back", ScopeChecks::roundTrip));
    }

    private static void useAfterClose(Bench bench) {
        Tensor x;
        Tensor y = bench.upload(Samples.vector(1, 2, 3));
        try (var _ = bench.backend().openScope()) {
            x = bench.ops().neg(y);
        }
        Expect.failure("sub", IllegalStateException.class, () -> bench.ops().sub(y, x), "sub");
        Expect.failure("mergeAxes", IllegalStateException.class, () -> bench.ops().unsqueeze(x, 0), "splitAxis");
    }

    private static void downloadAfterClose(Bench bench) {
        Tensor x;
        try (var _ = bench.backend().openScope()) {
            x = bench.upload(Samples.vector(1, 2, 3));
        }
        Expect.failure("download", IllegalStateException.class, () -> bench.download(x), "download");
    }

    private static void keep(Bench bench) {
        Tensor inner;
        Tensor middle;
        try (var second = bench.backend().openScope()) {
            try (var third = bench.backend().openScope()) {
                inner = third.keep(bench.upload(Samples.vector(1, 2)));
                middle = third.keep(bench.ops().add(inner, inner));
            }
            second.keep(middle);
            bench.requireClose("kept once", Samples.vector(1, 2), bench.download(inner), Tolerance.EXACT);
        }
        fill(bench);
        bench.requireClose("kept twice", Samples.vector(2, 4), bench.download(middle), Tolerance.EXACT);
        Expect.failure("kept once, then closed", IllegalStateException.class, () -> bench.ops().neg(inner), "neg");
    }

    private static void keepTwice(Bench bench) {
        Tensor x = bench.upload(Samples.vector(1, 2));
        try (var _ = bench.backend().openScope(); var inner = bench.backend().openScope()) {
            inner.keep(x);
            inner.keep(x);
        }
        fill(bench);
        bench.requireClose("owned outside", Samples.vector(1, 2), bench.download(x), Tolerance.EXACT);
    }

    /** A view that is kept has its elements after what it is a view of is gone and its memory has been asked for again. */
    private static Check keptView(String name, BiFunction<Ops, Tensor, Tensor> view, UnaryOperator<HostArray> definition) {
        return new Check(name + ": kept alone", bench -> {
            HostArray x = Samples.normal("x", 3, 14);
            Tensor kept;
            try (var scope = bench.backend().openScope()) {
                kept = scope.keep(view.apply(bench.ops(), bench.upload(x)));
                fill(bench);
            }
            fill(bench);
            bench.requireClose(name, definition.apply(bench.seen(x)), bench.download(kept), Tolerance.EXACT);
            bench.requireClose(name + " doubled", Reference.map(definition.apply(bench.seen(x)), v -> v + v), bench.download(bench.ops().add(kept, kept)),
                    Tolerance.EXACT);
        });
    }

    private static void keptBase(Bench bench) {
        HostArray x = Samples.normal("x", 3, 14);
        Tensor base = bench.upload(x);
        try (var _ = bench.backend().openScope()) {
            bench.ops().exp(bench.ops().permute(bench.ops().slice(base, 1, Dim.of(2), Dim.of(3)), 1, 0));
            bench.ops().mergeAxes(base, 0);
        }
        fill(bench);
        bench.requireClose("base", bench.seen(x), bench.download(base), Tolerance.EXACT);
    }

    private static void churn(Bench bench) {
        HostArray x = Samples.normal("x", 3, 14);
        Tensor outer = bench.upload(x);
        Tensor sum = bench.ops().zerosLike(outer);
        for (int i = 0; i < 20; i++) {
            try (var scope = bench.backend().openScope()) {
                fill(bench);
                sum = scope.keep(bench.ops().add(sum, outer));
            }
        }
        bench.requireClose("outer", bench.seen(x), bench.download(outer), Tolerance.EXACT);
        bench.requireClose("sum", Reference.map(bench.seen(x), v -> 20 * v), bench.download(sum), Tolerance.sum(20).times(4));
    }

    private static void uploadCopies(Bench bench) {
        float[] values = {1, 2, 3};
        Tensor x = bench.upload(HostArray.of(Shape.of(3), values).cast(bench.dtype()));
        int[] indices = {0, 1};
        Tensor i = bench.upload(HostArray.of(Shape.of(2), indices));
        values[0] = 9;
        indices[0] = 9;
        bench.requireClose("reals", Samples.vector(1, 2, 3), bench.download(x), Tolerance.EXACT);
        bench.requireClose("integers", HostArray.of(Shape.of(2), 0, 1), bench.download(i), Tolerance.EXACT);
    }

    private static void downloadCopies(Bench bench) {
        Tensor x = bench.upload(HostArray.of(Shape.of(2), 5, 6));
        ((int[]) bench.download(x).array())[0] = 9;
        bench.requireClose("integers", HostArray.of(Shape.of(2), 5, 6), bench.download(x), Tolerance.EXACT);
        Tensor real = bench.upload(Samples.vector(5, 6));
        HostArray down = bench.download(real);
        switch (down.array()) {
            case float[] floats -> floats[0] = 9;
            case double[] doubles -> doubles[0] = 9;
            default -> throw new AssertionError("reals come as " + down.array().getClass());
        }
        bench.requireClose("reals", Samples.vector(5, 6), bench.download(real), Tolerance.EXACT);
    }

    private static void roundTrip(Bench bench) {
        for (DType dtype : DType.values()) {
            if (dtype.isFloating() && !bench.backend().dtypes().contains(dtype)) {
                continue;
            }
            HostArray host = Samples.integers("x", 2, 3, 4).cast(dtype);
            bench.requireClose(dtype.label(), host.dtype() == DType.F64 && bench.dtype() != DType.F64 ? host.cast(bench.dtype()) : host,
                    bench.download(host.dtype() == DType.F64 ? bench.upload(host) : bench.backend().upload(host)), Tolerance.EXACT);
        }
        long wide = (1L << 53) + 1;
        HostArray down = bench.download(bench.upload(HostArray.of(Shape.of(2), wide, -wide)));
        if (((long[]) down.array())[0] != wide || ((long[]) down.array())[1] != -wide) {
            throw new AssertionError("an I64 loses bits on its way");
        }
    }

    /** Asks for memory of many sizes and writes to all of it. */
    private static void fill(Bench bench) {
        try (var _ = bench.backend().openScope()) {
            for (int size : new int[] {1, 2, 3, 14, 30, 42, 84}) {
                for (int i = 0; i < 4; i++) {
                    bench.ops().exp(bench.upload(Reference.generate(new int[] {size}, _ -> 77)));
                }
            }
        }
    }
}
