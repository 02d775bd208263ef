package io.fluxo.conformance;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.CheckedBackend.CheckFailedException;
import io.fluxo.op.Engine.Fused;
import io.fluxo.op.Engine.Shown;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.Inspectable;
import io.fluxo.op.Ops;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What is asked of every case: its value, its gradient, the same bits each time, and kernels that agree with compositions. */
final class CaseChecks {

    /** Cases of more numbers than this are too slow to differentiate by quotients. */
    private static final int MOST_VARIABLES = 1500;

    /** Sums in a derivative have about this many times the rounding errors of those in the value. */
    private static final double OF_GRADIENT = 2;

    private CaseChecks() {}

    /** The result is within the case's tolerance of the definition, and the same bits again. */
    static List<Check> values(List<Case> cases) {
        return cases.stream().map(it -> new Check(it.subject(), it.name(), bench -> value(bench, it))).toList();
    }

    private static void value(Bench bench, Case it) {
        HostArray[] seen = it.inputs().stream().map(bench::seen).toArray(HostArray[]::new);
        HostArray expected = it.definition().apply(seen);
        Tensor[] in = bench.upload(it.inputs());
        if (bench.refusesNaN() && hasNaN(expected) && Arrays.stream(seen).noneMatch(CaseChecks::hasNaN)) {
            Expect.failure(it.name(), CheckFailedException.class, () -> it.run().apply(bench.ops(), in), "NaN");
            return;
        }
        HostArray got = bench.download(it.run().apply(bench.ops(), in));
        bench.requireClose(it.name(), expected, got, it.tolerance());
        bench.requireSameBits(it.name() + ", again", got, bench.download(it.run().apply(bench.ops(), in)));
    }

    private static boolean hasNaN(HostArray host) {
        return Arrays.stream(host.toDoubles()).anyMatch(Double::isNaN);
    }

    /** The gradients of Σ seed·result are those of the definition, by difference quotients. */
    static List<Check> gradients(List<Case> cases) {
        return cases.stream().filter(it -> it.smooth() && it.variables() <= MOST_VARIABLES)
                .map(it -> new Check(it.subject(), it.name(), bench -> gradient(bench, it))).toList();
    }

    private static void gradient(Bench bench, Case it) {
        HostArray[] seen = it.inputs().stream().map(bench::seen).toArray(HostArray[]::new);
        HostArray seed = bench.seen(Samples.normal("seed", it.definition().apply(seen).shape().sizes()));
        List<HostArray> expected = Differences.gradients(it.definition(), seen, it.inputs(), seed);
        List<HostArray> got = gradients(bench, it, seed);
        for (int i = 0; i < expected.size(); i++) {
            String what = "gradient %d of %s".formatted(i, it.name());
            Differences.requireClose(bench, what, expected.get(i), got.get(i), gradientTolerance(it, seed));
        }
    }

    /** At least relative to the seed, which a derivative sums up with weights of about 1 even where the sum cancels. */
    private static Tolerance gradientTolerance(Case it, HostArray seed) {
        int terms = Math.max(1, it.tolerance() instanceof Tolerance.Sum(double _, int n, double _) ? n : 1);
        return Tolerance.sum(terms, largest(seed)).times(OF_GRADIENT);
    }

    private static double largest(HostArray host) {
        return Arrays.stream(host.toDoubles()).map(Math::abs).max().orElse(0);
    }

    /** Kernels against compositions, values and gradients, on whatever of the cases the backend fuses. */
    static List<Check> kernels(List<Case> cases) {
        return cases.stream().filter(it -> it.fused() != null).map(it -> new Check(it.subject(), it.name(), bench -> kernel(bench, it))).toList();
    }

    private static void kernel(Bench bench, Case it) {
        if (!bench.backend().fuses(it.fused())) {
            return;                                                                  // the composition runs anyway
        }
        Bench plain = bench.on(new NoKernels(bench.backend()));
        HostArray composed = plain.download(it.run().apply(plain.ops(), plain.upload(it.inputs())));
        HostArray fused = bench.download(it.run().apply(bench.ops(), bench.upload(it.inputs())));
        bench.requireClose("kernel of " + it.name(), like(composed), fused, it.tolerance().times(2));
        if (it.fused() instanceof Inspectable op) {
            inside(bench, plain, it, op, fused);
        }
        if (it.smooth()) {
            HostArray seed = bench.seen(Samples.normal("seed", composed.shape().sizes()));
            List<HostArray> expected = gradients(plain, it, seed);
            List<HostArray> got = gradients(bench, it, seed);
            for (int i = 0; i < expected.size(); i++) {
                bench.requireClose("kernel gradient %d of %s".formatted(i, it.name()), like(expected.get(i)), got.get(i),
                        gradientTolerance(it, seed).times(2));
            }
            List<HostArray> again = gradients(bench, it, seed);
            for (int i = 0; i < expected.size(); i++) {
                bench.requireSameBits("kernel gradient %d of %s, again".formatted(i, it.name()), got.get(i), again.get(i));
            }
            onto(bench, it, seed, got);
        }
    }

    /** What a kernel hands out is what the composition shows, whatever else is handed out; and its result stays what it is. */
    private static void inside(Bench bench, Bench plain, Case it, Inspectable op, HostArray result) {
        Map<Inside, HostArray> composed = new EnumMap<>(Inside.class);
        op.compose(plain.ops(), (place, value) -> {
            Tensor shown = value.get();
            composed.put(place, plain.download(shown));
            return shown;
        }, plain.upload(it.inputs()));
        Tensor[] in = bench.upload(it.inputs());
        Optional<Shown> all = bench.backend().runShowing(op, composed.keySet(), in);
        if (all.isEmpty()) {
            return;                                                                  // the composition shows them
        }
        bench.requireSameBits("the result beside what is inside " + it.name(), result, bench.download(all.get().output()));
        composed.forEach((place, expected) -> {
            String what = "%s inside %s".formatted(place, it.name());
            HostArray got = bench.download(all.get().inside().get(place));
            bench.requireClose(what, like(expected), got, it.tolerance().times(2));
            Shown alone = bench.backend().runShowing(op, Set.of(place), in).orElseThrow();
            bench.requireSameBits(what + ", alone", got, bench.download(alone.inside().get(place)));
            bench.requireSameBits("the result beside " + what, result, bench.download(alone.output()));
        });
    }

    /** A gradient added to a sum by the kernel is the gradient added afterwards; the others stay what they are. */
    private static void onto(Bench bench, Case it, HostArray seed, List<HostArray> gradients) {
        Tensor[] in = bench.upload(it.inputs());
        Fused forward = bench.backend().runFused(it.fused(), true, in);
        HostArray sum = bench.seen(Samples.normal("sum", it.inputs().getFirst().shape().sizes()));
        Tensor taken = bench.upload(sum);
        Tensor[] made = bench.backend().backwardOnto(it.fused(), in, forward, bench.upload(seed), taken);
        List<Tensor> got = IntStream.range(0, in.length).filter(i -> in[i].dtype().isFloating()).mapToObj(i -> made[i]).toList();
        HostArray expected = Reference.broadcast(sum, like(gradients.getFirst()), Double::sum);
        bench.requireClose("kernel gradient 0 of %s onto a sum".formatted(it.name()), expected, bench.download(got.getFirst()),
                gradientTolerance(it, seed).times(2));
        for (int i = 1; i < gradients.size(); i++) {
            if (got.get(i) == null) {
                continue;                                                            // nothing flows there, and the tape says 0
            }
            bench.requireSameBits("kernel gradient %d of %s beside a sum".formatted(i, it.name()), gradients.get(i), bench.download(got.get(i)));
        }
        if (sum.elements() > 0) {
            Expect.failure("a sum that was taken over", RuntimeException.class, () -> bench.download(taken), "taken over");
        }
    }

    private static HostArray like(HostArray host) {
        return host.dtype().isFloating() ? host.cast(DType.F64) : host;
    }

    /** The gradients with respect to the floating inputs, by the backend. */
    private static List<HostArray> gradients(Bench bench, Case it, HostArray seed) {
        try (AutodiffBackend autodiff = new AutodiffBackend(bench.backend())) {
            Tensor[] in = bench.upload(it.inputs());
            List<Tensor> watched = new ArrayList<>();
            for (int i = 0; i < in.length; i++) {
                if (in[i].dtype().isFloating()) {
                    in[i] = autodiff.watch(in[i]);
                    watched.add(in[i]);
                }
            }
            Tensor output = it.run().apply(new Ops(autodiff), in);
            Tensor[] gradients = autodiff.gradients(output, bench.upload(seed), watched);
            return Arrays.stream(gradients).map(bench::download).toList();
        }
    }
}
