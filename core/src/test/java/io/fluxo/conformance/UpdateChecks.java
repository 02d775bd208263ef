package io.fluxo.conformance;

import io.fluxo.backend.CheckedBackend;
import io.fluxo.op.UpdateOp.Accumulate;
import io.fluxo.op.UpdateOp.AdamStep;
import io.fluxo.op.UpdateOp.Assign;
import io.fluxo.op.UpdateOp.ClipFactor;
import io.fluxo.op.UpdateOp.SgdStep;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Optimizer steps and accumulation against their formulas, and what happens to the tensors they take over. */
final class UpdateChecks {

    private static final double LR = 0.125;
    private static final int[] SIZES = {207, 1, 1031, 16, 3};

    private UpdateChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (int size : new int[] {1, 2, 3, 7, 13, 64, 207, 1031}) {
            for (double decay : new double[] {0, 0.1}) {
                checks.add(new Check("sgd, decay %s [%d]".formatted(decay, size), bench -> sgd(bench, decay, size)));
                for (boolean decoupled : new boolean[] {false, true}) {
                    checks.add(new Check("%s, decay %s [%d]".formatted(decoupled ? "adamW" : "adam", decay, size),
                            bench -> adam(bench, decay, decoupled, size)));
                }
            }
            checks.add(new Check("accumulate [%d]".formatted(size), bench -> accumulate(bench, size)));
            checks.add(new Check("assign [%d]".formatted(size), bench -> assign(bench, size)));
        }
        for (double limit : new double[] {0.05, 1, 2, 30, 1000}) {
            checks.add(new Check("clip factor for a norm of at most %s".formatted(limit), bench -> clipFactor(bench, limit)));
        }
        checks.add(new Check("clip factor of no gradients, and of zeros", UpdateChecks::nothingToClip));
        checks.add(new Check("adam of a matrix with zero gradients", UpdateChecks::adamAtRest));
        checks.add(new Check("accumulate a tensor onto itself", UpdateChecks::ontoItself));
        checks.add(new Check("assign a tensor to itself", UpdateChecks::assignItself));
        checks.add(new Check("outputs live where the donated inputs lived", UpdateChecks::livesOn));
        checks.add(new Check("outputs live where the donated inputs lived, checked", bench -> livesOn(bench.on(new CheckedBackend(bench.backend())))));
        checks.add(new Check("a donated tensor of an inner scope dies with it", UpdateChecks::diesWithScope));
        checks.add(new Check("inputs that are not donated stay", UpdateChecks::othersStay));
        checks.add(new Check("a donated handle is dead", bench -> handleDies(bench.on(new CheckedBackend(bench.backend())))));
        checks.add(new Check("several at once as one by one", UpdateChecks::together));
        checks.add(new Check("what is released makes room, and views of it stay", UpdateChecks::released));
        checks.add(new Check("what is released makes room, and views of it stay, checked", bench -> released(bench.on(new CheckedBackend(bench.backend())))));
        checks.add(new Check("a released handle is dead", bench -> releasedDies(bench.on(new CheckedBackend(bench.backend())))));
        checks.add(new Check("a donated tensor's views and sources keep their values", UpdateChecks::viewsStay));
        return checks;
    }

    private static void sgd(Bench bench, double decay, int size) {
        HostArray start = Samples.normal("w", size);
        double[] w = bench.seen(start).toDoubles().clone();
        Tensor at = bench.upload(start);
        for (int t = 1; t <= 3; t++) {
            HostArray gradient = Samples.normal("g" + t, size);
            at = bench.backend().update(new SgdStep(decay), at, bench.upload(gradient), rates(bench, t))[0];
            double[] g = bench.seen(gradient).toDoubles();
            for (int i = 0; i < size; i++) {
                w[i] -= LR / t * (g[i] + decay * w[i]);
            }
        }
        bench.requireClose("w", HostArray.of(start.shape(), w), bench.download(at), Tolerance.sum(3));
    }

    private static void adam(Bench bench, double decay, boolean decoupled, int size) {
        AdamStep op = new AdamStep(0.9, 0.98, 1e-8, decay, decoupled);
        HostArray start = Samples.normal("w", size);
        double[] w = bench.seen(start).toDoubles().clone();
        double[] m = new double[size];
        double[] v = new double[size];
        Tensor[] at = {bench.upload(start), bench.upload(HostArray.of(start.shape(), new double[size])),
            bench.upload(HostArray.of(start.shape(), new double[size]))};
        for (int t = 1; t <= 3; t++) {
            HostArray gradient = Samples.normal("g" + t, size);
            at = bench.backend().update(op, at[0], at[1], at[2], bench.upload(gradient), rates(bench, t));
            double[] g = bench.seen(gradient).toDoubles();
            double[] rate = bench.seen(ratesAt(t)).toDoubles();
            for (int i = 0; i < size; i++) {
                double slope = decoupled ? g[i] : g[i] + decay * w[i];
                w[i] *= decoupled ? 1 - rate[0] * decay : 1;
                m[i] = 0.9 * m[i] + (1 - 0.9) * slope;
                v[i] = 0.98 * v[i] + (1 - 0.98) * slope * slope;
                w[i] -= rate[0] / rate[1] * m[i] / (Math.sqrt(v[i]) / Math.sqrt(rate[2]) + 1e-8);
            }
        }
        bench.requireClose("w", HostArray.of(start.shape(), w), bench.download(at[0]), Tolerance.sum(16));
        bench.requireClose("m", HostArray.of(start.shape(), m), bench.download(at[1]), Tolerance.sum(3));
        bench.requireClose("v", HostArray.of(start.shape(), v), bench.download(at[2]), Tolerance.sum(6));
    }

    /** lr, 1 − β₁ᵗ, 1 − β₂ᵗ; the learning rate falls, so that a recorded constant would show. */
    private static HostArray ratesAt(int t) {
        return Samples.vector(LR / t, 1 - Math.pow(0.9, t), 1 - Math.pow(0.98, t));
    }

    private static Tensor rates(Bench bench, int t) {
        return bench.upload(ratesAt(t));
    }

    private static void clipFactor(Bench bench, double limit) {
        ClipFactor op = new ClipFactor(limit);
        Tensor factor = bench.upload(HostArray.of(Shape.SCALAR, 5.0));
        for (int count : new int[] {1, 3, 4, 9}) {
            List<HostArray> gradients = IntStream.range(0, count).mapToObj(i -> Samples.normal("g" + i, SIZES[i % SIZES.length], 1 + i % 3)).toList();
            double squares = gradients.stream().flatMapToDouble(gradient -> Arrays.stream(bench.seen(gradient).toDoubles())).map(x -> x * x).sum();
            HostArray expected = HostArray.of(Shape.SCALAR, Math.min(1, limit / Math.sqrt(squares)));
            Tensor[] in = Stream.concat(Stream.of(factor), gradients.stream().map(bench::upload)).toArray(Tensor[]::new);
            Tolerance sum = Tolerance.sum(gradients.stream().mapToInt(HostArray::elements).sum() + 4);
            bench.requireClose("composition", expected, bench.download(op.compose(bench.ops(), in)[0]), sum);
            factor = bench.backend().update(op, in)[0];
            bench.requireClose("factor of " + count, expected, bench.download(factor), sum);
        }
    }

    private static void nothingToClip(Bench bench) {
        HostArray one = HostArray.of(Shape.SCALAR, 1.0);
        Tensor factor = bench.upload(HostArray.of(Shape.SCALAR, 5.0));
        factor = bench.backend().update(new ClipFactor(0.5), factor)[0];
        bench.requireClose("of none", one, bench.download(factor), Tolerance.EXACT);
        factor = bench.backend().update(new ClipFactor(0.5), factor, bench.upload(HostArray.of(Shape.of(7), new double[7])))[0];
        bench.requireClose("of zeros", one, bench.download(factor), Tolerance.EXACT);
    }

    private static void together(Bench bench) {
        AdamStep op = new AdamStep(0.9, 0.98, 1e-8, 0.1, false);
        List<HostArray> alone = new ArrayList<>();
        List<Tensor[]> inputs = new ArrayList<>();
        for (int size : new int[] {1, 207, 4098, 16, 3}) {
            alone.add(bench.download(bench.backend().update(op, state(bench, size))[0]));
            inputs.add(state(bench, size));
        }
        List<Tensor[]> all = bench.backend().updateAll(op, inputs);
        for (int i = 0; i < alone.size(); i++) {
            bench.requireClose("w" + i, alone.get(i), bench.download(all.get(i)[0]), Tolerance.EXACT);
        }
    }

    private static Tensor[] state(Bench bench, int size) {
        HostArray w = Samples.normal("w" + size, size);
        HostArray m = Samples.normal("m" + size, size);
        HostArray v = Reference.map(Samples.normal("v" + size, size), x -> x * x);
        return new Tensor[] {bench.upload(w), bench.upload(m), bench.upload(v), bench.upload(Samples.normal("g" + size, size)), rates(bench, 1)};
    }

    private static void released(Bench bench) {
        HostArray x = Samples.normal("x", 6, 64);
        try (var _ = bench.backend().openScope()) {
            Tensor kept = bench.upload(x);
            Tensor view = bench.ops().mergeAxes(kept, 0);
            bench.backend().release(kept);
            for (int i = 0; i < 8; i++) {
                Tensor passing = bench.ops().neg(view);
                bench.backend().release(passing);
            }
            bench.requireClose("x", HostArray.of(view.shape(), bench.seen(x).toDoubles()), bench.download(view), Tolerance.EXACT);
        }
    }

    private static void releasedDies(Bench checked) {
        Tensor x = checked.upload(Samples.normal("x", 64));
        checked.backend().release(x);
        Expect.failure("after release", IllegalStateException.class, () -> checked.ops().neg(x), "neg", "release");
    }

    private static void adamAtRest(Bench bench) {
        HostArray w = Samples.normal("w", 3, 7);
        HostArray zeros = Reference.map(w, _ -> 0);
        Tensor[] at = bench.backend().update(new AdamStep(0.9, 0.98, 1e-8, 0, true), bench.upload(w), bench.upload(zeros), bench.upload(zeros),
                bench.upload(zeros), rates(bench, 1));
        bench.requireClose("w", bench.seen(w), bench.download(at[0]), Tolerance.EXACT);
        bench.requireClose("v", zeros, bench.download(at[2]), Tolerance.EXACT);
    }

    private static void accumulate(Bench bench, int size) {
        HostArray a = Samples.normal("a", size);
        HostArray b = Samples.normal("b", size);
        Tensor sum = bench.upload(a);
        for (int i = 0; i < 3; i++) {
            sum = bench.backend().update(new Accumulate(), sum, bench.upload(b))[0];
        }
        bench.requireClose("a + 3b", Reference.broadcast(bench.seen(a), bench.seen(b), (x, y) -> x + 3 * y), bench.download(sum), Tolerance.sum(3));
    }

    /** Numbers and ids from an inner scope into tensors of an outer one; what they came from stays as it is. */
    private static void assign(Bench bench, int size) {
        Tensor x = bench.upload(Samples.normal("x", size));
        Tensor ids = bench.upload(HostArray.of(Shape.of(size), new int[size]));
        for (int t = 1; t <= 2; t++) {
            HostArray y = Samples.normal("y" + t, size);
            HostArray numbers = HostArray.of(Shape.of(size), IntStream.range(t, t + size).toArray());
            try (var _ = bench.backend().openScope()) {
                Tensor from = bench.upload(y);
                x = bench.backend().update(new Assign(), x, from)[0];
                ids = bench.backend().update(new Assign(), ids, bench.backend().upload(numbers))[0];
                bench.backend().update(new Accumulate(), from, from);
            }
            bench.ops().exp(bench.upload(y));
            bench.requireClose("y", bench.seen(y), bench.download(x), Tolerance.EXACT);
            bench.requireClose("ids", numbers, bench.download(ids), Tolerance.EXACT);
        }
    }

    private static void assignItself(Bench bench) {
        HostArray x = Samples.normal("x", 13);
        Tensor tensor = bench.upload(x);
        bench.requireClose("x", bench.seen(x), bench.download(bench.backend().update(new Assign(), tensor, tensor)[0]), Tolerance.EXACT);
    }

    private static void ontoItself(Bench bench) {
        HostArray x = Samples.normal("x", 207);
        Tensor tensor = bench.upload(x);
        Tensor doubled = bench.backend().update(new Accumulate(), tensor, tensor)[0];
        bench.requireClose("2x", Reference.map(bench.seen(x), v -> 2 * v), bench.download(doubled), Tolerance.EXACT);
    }

    private static void livesOn(Bench bench) {
        HostArray x = Samples.normal("x", 64);
        Tensor sum = bench.upload(x);
        Tensor[] state = {bench.upload(x), bench.upload(Reference.map(x, _ -> 0)), bench.upload(Reference.map(x, _ -> 0))};
        for (int t = 1; t <= 3; t++) {
            try (var _ = bench.backend().openScope()) {
                sum = bench.backend().update(new Accumulate(), sum, bench.ops().neg(bench.upload(x)))[0];
                try (var _ = bench.backend().openScope()) {
                    state = bench.backend().update(new AdamStep(0.9, 0.98, 1e-8, 0, false), state[0], state[1], state[2],
                            bench.ops().neg(sum), rates(bench, t));
                }
            }
            for (int i = 0; i < 8; i++) {
                bench.ops().exp(bench.upload(x));
            }
        }
        bench.requireClose("x − 3x", Reference.map(bench.seen(x), v -> -2 * v), bench.download(sum), Tolerance.sum(3));
        for (Tensor tensor : state) {
            bench.download(bench.ops().neg(tensor));
        }
    }

    private static void diesWithScope(Bench bench) {
        Tensor x = bench.upload(Samples.vector(1, 2));
        Tensor sum;
        try (var _ = bench.backend().openScope()) {
            sum = bench.backend().update(new Accumulate(), bench.ops().neg(x), x)[0];
            bench.requireClose("−x + x", Samples.vector(0, 0), bench.download(sum), Tolerance.EXACT);
        }
        Expect.failure("add", IllegalStateException.class, () -> bench.ops().add(x, sum), "add");
    }

    private static void othersStay(Bench bench) {
        HostArray g = Samples.normal("g", 13);
        Tensor gradient = bench.upload(g);
        Tensor rates = rates(bench, 1);
        bench.backend().update(new SgdStep(0), bench.upload(Samples.normal("w", 13)), gradient, rates);
        bench.requireClose("g", bench.seen(g), bench.download(gradient), Tolerance.EXACT);
        bench.requireClose("rates", ratesAt(1), bench.download(rates), Tolerance.EXACT);
    }

    private static void handleDies(Bench checked) {
        for (UpdateOp op : new UpdateOp[] {new Accumulate(), new Assign(), new SgdStep(0)}) {
            Tensor x = checked.upload(Samples.vector(1, 2));
            Tensor[] in = !(op instanceof SgdStep) ? new Tensor[] {x, checked.upload(Samples.vector(1, 2))}
                    : new Tensor[] {x, checked.upload(Samples.vector(1, 2)), rates(checked, 1)};
            checked.backend().update(op, in);
            Expect.failure("after " + op.name(), IllegalStateException.class, () -> checked.ops().neg(x), "neg", op.name());
        }
    }

    /** A view made before the update is a tensor of its own: it keeps what it was made of. */
    private static void viewsStay(Bench bench) {
        HostArray x = Samples.normal("x", 3, 14);
        Tensor tensor = bench.upload(x);
        Tensor view = bench.ops().mergeAxes(tensor, 0);
        Tensor copy = bench.ops().stopGradient(tensor);
        bench.backend().update(new Accumulate(), tensor, bench.upload(x));
        bench.requireClose("view", Reference.reshape(bench.seen(x), 42), bench.download(view), Tolerance.EXACT);
        bench.requireClose("copy", bench.seen(x), bench.download(copy), Tolerance.EXACT);
    }
}
