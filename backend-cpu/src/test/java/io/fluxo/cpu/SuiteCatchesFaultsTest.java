package io.fluxo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.conformance.Bench;
import io.fluxo.conformance.Check;
import io.fluxo.conformance.ComposedKernels;
import io.fluxo.conformance.Suite;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.Engine.Shown;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.UpdateOp.Accumulate;
import io.fluxo.op.UpdateOp.AdamStep;
import io.fluxo.op.UpdateOp.SgdStep;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The conformance suite under test: for each fault planted into a right backend, the checks it is meant for must fail, and pass without it.
 * A fault that some backend had and the suite did not catch belongs here.
 */
class SuiteCatchesFaultsTest {

    private static final double SLIGHTLY = 1 + 1e-5;
    private static final List<Check> VALUES = Suite.values(DType.F32);
    private static final List<Check> GRADIENTS = Suite.gradients(DType.F32);
    private static final List<Check> KERNELS = Suite.kernels(DType.F32);
    private static final List<Check> REST = Suite.rest();
    /** The checks that pass without a fault. */
    private static final Set<Check> HEALTHY = Stream.of(VALUES, GRADIENTS, KERNELS, REST).flatMap(List::stream)
            .filter(check -> passes(check, ComposedKernels::new)).collect(Collectors.toCollection(() -> Collections.newSetFromMap(new IdentityHashMap<>())));

    @TestFactory
    Stream<DynamicTest> inPrimitives() {
        return Stream.of(
                primitive("exp off by 1e-5", "exp ", (ops, op, in) -> op instanceof Exp ? ops.scale(ops.exp(in[0]), SLIGHTLY) : null),
                primitive("tanh off by 1e-5", "tanh ", (ops, op, in) -> op instanceof Tanh ? ops.scale(ops.tanh(in[0]), SLIGHTLY) : null),
                primitive("erf off by 1e-5", "erf ", (ops, op, in) -> op instanceof Erf ? ops.scale(ops.erf(in[0]), SLIGHTLY) : null),
                primitive("tanh of small numbers is 0", "tanh ", (ops, op, in) -> op instanceof Tanh
                        ? ops.where(ops.less(ops.mul(in[0], in[0]), ops.constantLike(in[0], Scalar.of(1e-10))), ops.zerosLike(in[0]), ops.tanh(in[0])) : null),
                primitive("exp overflows to the largest float", "exp ", (ops, op, in) -> op instanceof Exp
                        ? ops.neg(ops.maximum(ops.neg(ops.exp(in[0])), ops.constantLike(in[0], Scalar.of(-Float.MAX_VALUE)))) : null),
                primitive("matMul drops the last k", "matMul", SuiteCatchesFaultsTest::dropsLast),
                primitive("matMul off by 1e-5", "matMul", (ops, op, in) -> op instanceof MatMul(boolean l, boolean r)
                        ? ops.scale(ops.matMul(in[0], in[1], l, r), SLIGHTLY) : null),
                primitive("sum drops the last element", "sum", (ops, op, in) -> op instanceof Sum sum && sum.axes().contains(0) && in[0].dim(0).size() > 1
                        ? ops.engine().execute(op, ops.slice(in[0], 0, Dim.of(0), in[0].dim(0).minus(Dim.ONE))) : null),
                primitive("max overlooks NaN", "max", (ops, op, in) -> op instanceof Max && in[0].dtype().isFloating()
                        ? ops.engine().execute(op, ops.where(ops.equal(in[0], in[0]), in[0], ops.constantLike(in[0], Scalar.NEGATIVE_INFINITY))) : null),
                primitive("maximum overlooks NaN", "maximum", (ops, op, in) -> op instanceof Maximum
                        ? ops.where(ops.less(in[0], in[1]), in[1], in[0]) : null),
                primitive("where by arithmetic", "where", (ops, op, in) -> op instanceof Where && in[1].dtype().isFloating() ? arithmeticWhere(ops, in) : null),
                primitive("less is less or equal", "less", (ops, op, in) -> op instanceof Less ? ops.not(ops.less(in[1], in[0])) : null),
                primitive("argMax takes the last", "argMax", (ops, op, in) -> op instanceof ArgMax(int axis) ? lastArgMax(ops, in[0], axis) : null),
                primitive("permute by the inverse order", "permute", (ops, op, in) -> op instanceof Permute(List<Integer> order)
                        ? ops.permute(in[0], IntStream.range(0, order.size()).map(order::indexOf).toArray()) : null),
                primitive("concat in reverse", "concat", (ops, op, in) -> op instanceof Concat(int axis)
                        ? ops.concat(axis, List.of(in).reversed().toArray(Tensor[]::new)) : null),
                primitive("pad forgets its value", "pad", (ops, op, in) -> op instanceof Pad pad
                        ? ops.pad(in[0], pad.axis(), pad.before(), pad.after(), Scalar.ZERO) : null),
                primitive("iota along the last axis", "iota", (ops, op, in) -> op instanceof Iota iota ? ops.iota(-1, iota.shape(), iota.dtype()) : null),
                primitive("draws shifted by one", "randomUniform", (ops, op, in) -> op instanceof RandomUniform random
                        ? ops.randomUniform(random.shape(), random.dtype(), ops.add(in[0], ops.iota(0, Shape.of(2), DType.I64))) : null),
                primitive("casts round", "cast", (ops, op, in) -> op instanceof Cast(DType to) && to == DType.I32 && in[0].dtype().isFloating()
                        ? ops.cast(ops.shift(in[0], 0.5), to) : null),
                primitive("scatterAdd overwrites", "scatterAdd", (ops, op, in) -> op instanceof ScatterAdd(Dim rows)
                        ? overwritten(ops, in, rows) : null),
                primitive("equal is exact up to 1e-6", "equal", (ops, op, in) -> op instanceof Equal && in[0].dtype().isFloating()
                        ? ops.less(ops.mul(ops.sub(in[0], in[1]), ops.sub(in[0], in[1])), ops.constantLike(in[0], Scalar.of(1e-12))) : null),
                caught("the last bit differs from call to call", VALUES, "exp ", SuiteCatchesFaultsTest::flickering),
                caught("a gather out of range is clamped", REST, "gather", inner -> Faulty.primitive(inner, (ops, op, in) -> op instanceof Gather
                        ? ops.gather(in[0], clamped(ops, in[1], in[0].dim(0))) : null)));
    }

    @TestFactory
    Stream<DynamicTest> inKernels() {
        return Stream.of(
                forward("gelu off by 1e-5", "gelu", (ops, op, in) -> op instanceof FusedOp.Gelu ? ops.scale(ops.fused(op, in), SLIGHTLY) : null),
                forward("gelu's other variant", "gelu", (ops, op, in) -> op instanceof FusedOp.Gelu(boolean tanh) ? tanh ? ops.gelu(in[0]) : ops.geluTanh(in[0])
                        : null),
                forward("relu drops NaN", "relu", (ops, op, in) -> op instanceof FusedOp.Relu ? ops.where(ops.less(ops.zerosLike(in[0]), in[0]), in[0],
                        ops.zerosLike(in[0])) : null),
                forward("softmax without subtracting the largest", "softmax", (ops, op, in) -> op instanceof FusedOp.Softmax ? carelessSoftmax(ops, in[0]) : null),
                forward("crossEntropy by log of softmax", "crossEntropy", (ops, op, in) -> op instanceof FusedOp.CrossEntropy
                        ? ops.neg(ops.log(chosen(ops, ops.softmax(in[0]), in[1]))) : null),
                forward("layerNorm by E[x²] − μ²", "layerNorm", SuiteCatchesFaultsTest::carelessVariance),
                forward("layerNorm divides by d − 1", "layerNorm", SuiteCatchesFaultsTest::sampleVariance),
                forward("rmsNorm with ε outside the root", "rmsNorm", (ops, op, in) -> op instanceof FusedOp.RmsNorm(double eps, boolean affine) && !affine
                        ? ops.div(in[0], ops.shift(ops.sqrt(ops.mean(ops.mul(in[0], in[0]), -1)), eps)) : null),
                forward("attention looks ahead", "attention", (ops, op, in) -> op instanceof FusedOp.Attention a && a.mask() == Mask.CAUSAL
                        ? ops.fused(new FusedOp.Attention(Mask.BIDIRECTIONAL, a.scale(), a.bias()), in) : null),
                forward("attention of a row without keys is NaN", "attention", SuiteCatchesFaultsTest::unguardedAttention),
                forward("attention forgets its scale", "attention", (ops, op, in) -> op instanceof FusedOp.Attention(Mask mask, Scalar _, boolean bias)
                        ? ops.fused(new FusedOp.Attention(mask, Scalar.ONE, bias), in) : null),
                forward("rotate the other way", "rotate", (ops, op, in) -> op instanceof FusedOp.Rotate ? ops.fused(op, in[0], in[1], ops.neg(in[2])) : null),
                forward("rotate's other pairs", "rotate", (ops, op, in) -> op instanceof FusedOp.Rotate(Pairs pairs)
                        ? ops.rotate(in[0], in[1], in[2], pairs == Pairs.HALVES ? Pairs.NEIGHBOURS : Pairs.HALVES) : null),
                forward("dropout does not divide by what is left", "dropout", (ops, op, in) -> op instanceof FusedOp.Dropout(double rate)
                        ? ops.scale(ops.fused(op, in), 1 - rate) : null),
                caught("a mask of −1e9 instead of −∞", REST, "attention", inner -> Faulty.forward(inner, SuiteCatchesFaultsTest::additiveMask)),
                backward("softmax's gradient off by 1e-5", "softmax", FusedOp.Softmax.class, (ops, _, _, _, right) -> scaled(ops, right, 0)),
                backward("gelu's gradient off by 1e-5", "gelu", FusedOp.Gelu.class, (ops, _, _, _, right) -> scaled(ops, right, 0)),
                backward("the gradient of linear's weight off by 1e-5", "linear", FusedOp.Linear.class, (ops, _, _, _, right) -> scaled(ops, right, 1)),
                backward("attention's gradient of keys off by 1e-5", "attention", FusedOp.Attention.class, (ops, _, _, _, right) -> scaled(ops, right, 1)),
                backward("layerNorm's gradient without the term of the mean", "layerNorm", FusedOp.LayerNorm.class,
                        SuiteCatchesFaultsTest::missingMean),
                backward("layerNorm's gradient with μ and σ held", "layerNorm", FusedOp.LayerNorm.class, SuiteCatchesFaultsTest::heldStatistics),
                backward("crossEntropy's gradient without the target", "crossEntropy", FusedOp.CrossEntropy.class, (ops, _, in, g, right) ->
                        new Tensor[] {ops.mul(ops.softmax(in[0]), ops.unsqueeze(g, -1)), null}),
                backward("rotate's gradient turned onward", "rotate", FusedOp.Rotate.class, (ops, op, in, g, _) ->
                        new Tensor[] {ops.fused(op, g, in[1], in[2]), null, null}),
                backward("dropout's gradient not masked", "dropout", FusedOp.Dropout.class, (ops, _, _, g, _) -> new Tensor[] {g, null}));
    }

    /** Each value that a kernel hands out, off by 1e-5; values that are another's; and a result that looking changes. */
    @TestFactory
    Stream<DynamicTest> inWhatKernelsHandOut() {
        Stream<DynamicTest> slightly = Stream.of("layerNorm SCALE", "layerNorm NORMALIZED", "rmsNorm SCALE", "rmsNorm NORMALIZED", "attention SCORES", "attention PATTERN")
                .map(name -> name.split(" ")).map(at -> shown(at[1] + " of " + at[0] + " off by 1e-5", at[0], (ops, op, right) -> op.name().equals(at[0])
                        ? showing(right, Inside.valueOf(at[1]), value -> ops.scale(value, SLIGHTLY)) : right));
        return Stream.concat(slightly, Stream.of(
                shown("the scale's reciprocal is shown", "rmsNorm", (ops, _, right) -> showing(right, Inside.SCALE,
                        value -> ops.div(ops.constantLike(value, Scalar.ONE), value))),
                shown("weights are shown undivided", "attention", (ops, _, right) -> showing(right, Inside.PATTERN, value -> ops.scale(value, 2))),
                shown("hidden scores are shown as 0", "attention", (ops, _, right) -> showing(right, Inside.SCORES,
                        value -> ops.where(ops.equal(value, ops.constantLike(value, Scalar.NEGATIVE_INFINITY)), ops.zerosLike(value), value))),
                shown("looking changes the last bit", "layerNorm", (ops, _, right) -> new Shown(ops.scale(right.output(), 1 + 0x1p-23), right.inside()))));
    }

    /** {@code right} with another value at {@code place}, where it shows that. */
    private static Shown showing(Shown right, Inside place, UnaryOperator<Tensor> wrong) {
        Map<Inside, Tensor> inside = new EnumMap<>(Inside.class);
        right.inside().forEach((at, value) -> inside.put(at, at == place ? wrong.apply(value) : value));
        return new Shown(right.output(), inside);
    }

    private static DynamicTest shown(String name, String part, Faulty.InShown fault) {
        return caught(name, KERNELS, part, inner -> Faulty.shown(inner, fault));
    }

    /** Every kernel's output, and each of its gradients, off by 1e-5. */
    @TestFactory
    Stream<DynamicTest> anyKernelOffByALittle() {
        Map<Class<? extends FusedOp>, Integer> floatingInputs = new LinkedHashMap<>();
        floatingInputs.put(FusedOp.Linear.class, 3);
        floatingInputs.put(FusedOp.Relu.class, 1);
        floatingInputs.put(FusedOp.Gelu.class, 1);
        floatingInputs.put(FusedOp.Softmax.class, 1);
        floatingInputs.put(FusedOp.LogSoftmax.class, 1);
        floatingInputs.put(FusedOp.LayerNorm.class, 3);
        floatingInputs.put(FusedOp.RmsNorm.class, 2);
        floatingInputs.put(FusedOp.Attention.class, 4);
        floatingInputs.put(FusedOp.Rotate.class, 1);
        floatingInputs.put(FusedOp.CrossEntropy.class, 1);
        floatingInputs.put(FusedOp.Dropout.class, 1);
        assertThat(floatingInputs.keySet()).containsExactlyInAnyOrderElementsOf(records(FusedOp.class).toList());
        return floatingInputs.entrySet().stream().flatMap(entry -> {
            Class<? extends FusedOp> kind = entry.getKey();
            String part = Character.toLowerCase(kind.getSimpleName().charAt(0)) + kind.getSimpleName().substring(1);
            DynamicTest value = forward(part, part, (ops, op, in) -> kind.isInstance(op) ? ops.scale(ops.fused(op, in), SLIGHTLY) : null);
            return Stream.concat(Stream.of(value), IntStream.range(0, entry.getValue()).mapToObj(i -> backward(part + ", gradient " + i, part, kind,
                    (ops, _, _, _, right) -> i < right.length ? scaled(ops, right, i) : null)));
        });
    }

    private static Stream<Class<? extends FusedOp>> records(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses()).flatMap(one -> one.isInterface() ? records(one) : Stream.of(one.asSubclass(FusedOp.class)));
    }

    @TestFactory
    Stream<DynamicTest> inStateAndMemory() {
        return Stream.of(
                caught("adam without bias correction", REST, "adam", inner -> Faulty.update(inner, (honest, op, in) -> op instanceof AdamStep
                        ? honest.update(op, in[0], in[1], in[2], in[3], uncorrected(honest, in[4])) : null)),
                caught("adam and adamW confused", REST, "adam", inner -> Faulty.update(inner, (honest, op, in) -> op instanceof AdamStep a
                        ? honest.update(new AdamStep(a.beta1(), a.beta2(), a.eps(), a.decay(), !a.decoupled()), in) : null)),
                caught("sgd without decay", REST, "sgd", inner -> Faulty.update(inner, (honest, op, in) -> op instanceof SgdStep
                        ? honest.update(new SgdStep(0), in) : null)),
                caught("sgd's learning rate frozen", REST, "sgd", inner -> Faulty.update(inner, (honest, op, in) -> op instanceof SgdStep
                        ? honest.update(op, in[0], in[1], honest.upload(HostArray.of(Shape.of(3), 0.125f, 0f, 0f))) : null)),
                caught("accumulate forgets the sum", REST, "accumulate", inner -> Faulty.update(inner, (honest, op, in) -> op instanceof Accumulate
                        ? honest.update(op, in[0], honest.upload(HostArray.of(in[0].shape(), DType.F32, new double[in[0].shape().elements()]))) : null)),
                caught("outputs of an update die with the inner scope", REST, "outputs live", inner -> Faulty.update(inner,
                        (honest, op, in) -> op.compose(new Ops(honest), in))),
                caught("scopes that free nothing", REST, "use after close", SuiteCatchesFaultsTest::immortal),
                caught("keep that does nothing", REST, "keep", SuiteCatchesFaultsTest::forgetful),
                caught("upload keeps the caller's array", REST, "upload copies", SuiteCatchesFaultsTest::sharing),
                caught("I64 by way of doubles", REST, "every type", SuiteCatchesFaultsTest::narrow));
    }

    // ---- the test itself

    private static DynamicTest primitive(String name, String part, Faulty.InPrimitive fault) {
        return caught(name, VALUES, part, inner -> Faulty.primitive(inner, fault));
    }

    /** A wrong kernel is caught by its definition and by its composition. */
    private static DynamicTest forward(String name, String part, Faulty.InForward fault) {
        return DynamicTest.dynamicTest(name, () -> {
            requireCaught(name, VALUES, part, inner -> Faulty.forward(inner, fault));
            requireCaught(name, KERNELS, part, inner -> Faulty.forward(inner, fault));
        });
    }

    private static DynamicTest backward(String name, String part, Class<? extends FusedOp> where, Faulty.InBackward fault) {
        Faulty.InBackward there = (ops, op, in, g, right) -> where.isInstance(op) ? fault.result(ops, op, in, g, right) : null;
        return DynamicTest.dynamicTest(name, () -> {
            requireCaught(name, GRADIENTS, part, inner -> Faulty.backward(inner, there));
            requireCaught(name, KERNELS, part, inner -> Faulty.backward(inner, there));
        });
    }

    private static DynamicTest caught(String name, List<Check> checks, String part, Function<Backend, Backend> fault) {
        return DynamicTest.dynamicTest(name, () -> requireCaught(name, checks, part, fault));
    }

    private static void requireCaught(String name, List<Check> checks, String part, Function<Backend, Backend> fault) {
        List<Check> meant = checks.stream().filter(check -> check.name().contains(part)).toList();
        assertThat(meant).as("checks of '%s' that fail without '%s'", part, name).allMatch(HEALTHY::contains);
        assertThat(meant).as("checks of '%s' that pass with '%s'", part, name).anyMatch(check -> !passes(check, fault));
    }

    private static boolean passes(Check check, Function<Backend, Backend> decoration) {
        try (Backend ejml = new EjmlProvider().open(BackendOptions.DEFAULT)) {
            check.run(new Bench(decoration.apply(ejml), DType.F32));
            return true;
        } catch (AssertionError | RuntimeException caught) {
            return false;
        }
    }

    // ---- faults that take more than a line

    private static Tensor dropsLast(Ops ops, PrimitiveOp op, Tensor[] in) {
        if (!(op instanceof MatMul(boolean left, boolean right)) || in[0].dim(left ? -2 : -1).size() < 2) {
            return null;
        }
        Dim k = in[0].dim(left ? -2 : -1).minus(Dim.ONE);
        return ops.matMul(ops.slice(in[0], left ? -2 : -1, Dim.of(0), k), ops.slice(in[1], right ? -1 : -2, Dim.of(0), k), left, right);
    }

    private static Tensor arithmeticWhere(Ops ops, Tensor[] in) {
        Tensor c = ops.cast(in[0], in[1].dtype());
        return ops.add(ops.mul(c, in[1]), ops.mul(ops.shift(ops.neg(c), 1), in[2]));
    }

    private static Tensor lastArgMax(Ops ops, Tensor x, int axis) {
        int at = x.shape().axis(axis);
        Tensor largest = ops.equal(x, ops.max(x, at));
        Tensor index = ops.iota(at, x.shape(), DType.F32);
        Tensor last = ops.max(ops.where(largest, index, ops.constantLike(index, Scalar.of(-1))), at);
        return ops.cast(ops.sumOver(last, at), DType.I32);
    }

    private static Tensor overwritten(Ops ops, Tensor[] in, Dim rows) {
        Tensor counts = ops.scatterAdd(in[0], ops.expand(ops.constantLike(in[1], Scalar.ONE), in[1].shape()), rows);
        return ops.div(ops.scatterAdd(in[0], in[1], rows), ops.maximum(counts, ops.constantLike(counts, Scalar.ONE)));
    }

    private static Tensor clamped(Ops ops, Tensor indices, Dim rows) {
        Tensor zero = ops.zerosLike(indices);
        Tensor last = ops.constantLike(indices, Scalar.of(rows.size() - 1));
        Tensor low = ops.maximum(indices, zero);
        return ops.where(ops.less(last, low), last, low);
    }

    private static Backend flickering(Backend inner) {
        int[] calls = {0};
        return Faulty.primitive(inner, (ops, op, in) -> op instanceof Exp && calls[0]++ % 2 == 1 ? ops.scale(ops.exp(in[0]), 1 + 0x1p-23) : null);
    }

    private static Tensor carelessSoftmax(Ops ops, Tensor x) {
        Tensor e = ops.exp(x);
        return ops.div(e, ops.sum(e, -1));
    }

    private static Tensor chosen(Ops ops, Tensor p, Tensor targets) {
        Tensor classes = ops.iota(p.rank() - 1, p.shape(), targets.dtype());
        return ops.sumOver(ops.where(ops.equal(classes, ops.unsqueeze(targets, -1)), p, ops.zerosLike(p)), -1);
    }

    private static Tensor carelessVariance(Ops ops, FusedOp op, Tensor[] in) {
        if (!(op instanceof FusedOp.LayerNorm(double eps, boolean affine)) || affine) {
            return null;
        }
        Tensor mean = ops.mean(in[0], -1);
        Tensor variance = ops.sub(ops.mean(ops.mul(in[0], in[0]), -1), ops.mul(mean, mean));
        return ops.div(ops.sub(in[0], mean), ops.sqrt(ops.shift(variance, eps)));
    }

    private static Tensor sampleVariance(Ops ops, FusedOp op, Tensor[] in) {
        if (!(op instanceof FusedOp.LayerNorm(double eps, boolean affine)) || affine || in[0].dim(-1).size() < 2) {
            return null;
        }
        Tensor centred = ops.sub(in[0], ops.mean(in[0], -1));
        Tensor variance = ops.scale(ops.sum(ops.mul(centred, centred), -1), 1.0 / (in[0].dim(-1).size() - 1));
        return ops.div(centred, ops.sqrt(ops.shift(variance, eps)));
    }

    private static Tensor unguardedAttention(Ops ops, FusedOp op, Tensor[] in) {
        if (!(op instanceof FusedOp.Attention attention)) {
            return null;
        }
        Tensor scores = attention.scores(ops, in);
        Tensor e = ops.exp(ops.sub(scores, ops.max(scores, -1)));
        return attention.weighted(ops, ops.div(e, ops.sum(e, -1)), in[2]);
    }

    private static Tensor additiveMask(Ops ops, FusedOp op, Tensor[] in) {
        if (!(op instanceof FusedOp.Attention a) || a.mask() != Mask.CAUSAL || a.bias()) {
            return null;
        }
        Shape shape = Shape.of(in[0].dim(1), in[1].dim(1));
        Tensor later = ops.less(ops.add(ops.iota(0, shape, DType.I32), ops.constant(Scalar.of(in[1].dim(1).minus(in[0].dim(1))), DType.I32)),
                ops.iota(1, shape, DType.I32));
        Tensor bias = ops.where(later, ops.constant(Scalar.of(-1e9), DType.F32), ops.constant(Scalar.ZERO, DType.F32));
        return ops.fused(new FusedOp.Attention(Mask.BIDIRECTIONAL, a.scale(), true), in[0], in[1], in[2], bias);
    }

    private static Tensor[] scaled(Ops ops, Tensor[] right, int which) {
        Tensor[] wrong = right.clone();
        wrong[which] = ops.scale(right[which], SLIGHTLY);
        return wrong;
    }

    /** The right gradient is (g − mean g − x̂·mean(g·x̂))/σ; here mean g is not subtracted. */
    private static Tensor[] missingMean(Ops ops, FusedOp op, Tensor[] in, Tensor g, Tensor[] right) {
        if (!(op instanceof FusedOp.LayerNorm(double eps, boolean affine)) || affine) {
            return null;
        }
        Tensor centred = ops.sub(in[0], ops.mean(in[0], -1));
        Tensor deviation = ops.sqrt(ops.shift(ops.mean(ops.mul(centred, centred), -1), eps));
        return new Tensor[] {ops.add(right[0], ops.div(ops.mean(g, -1), deviation))};
    }

    private static Tensor[] heldStatistics(Ops ops, FusedOp op, Tensor[] in, Tensor g, Tensor[] right) {
        if (!(op instanceof FusedOp.LayerNorm(double eps, boolean affine)) || affine) {
            return null;
        }
        Tensor centred = ops.sub(in[0], ops.mean(in[0], -1));
        return new Tensor[] {ops.div(g, ops.sqrt(ops.shift(ops.mean(ops.mul(centred, centred), -1), eps)))};
    }

    private static Tensor uncorrected(Backend honest, Tensor rates) {
        float[] values = honest.download(rates).toFloats();
        return honest.upload(HostArray.of(Shape.of(3), values[0], 1f, 1f));
    }

    private static Backend immortal(Backend inner) {
        return new Decorated(inner) {
            @Override
            public TensorScope openScope() {
                return new TensorScope() {
                    @Override
                    public <T extends Tensor> T keep(T tensor) {
                        return tensor;
                    }

                    @Override
                    public void close() {}
                };
            }
        };
    }

    private static Backend forgetful(Backend inner) {
        return new Decorated(inner) {
            @Override
            public TensorScope openScope() {
                TensorScope scope = inner.openScope();
                return new TensorScope() {
                    @Override
                    public <T extends Tensor> T keep(T tensor) {
                        return tensor;
                    }

                    @Override
                    public void close() {
                        scope.close();
                    }
                };
            }
        };
    }

    /** Looks again at the array it was given whenever an integer tensor comes down. */
    private static Backend sharing(Backend inner) {
        var uploaded = new IdentityHashMap<Tensor, HostArray>();
        return new Decorated(inner) {
            @Override
            public Tensor upload(HostArray values) {
                Tensor tensor = inner.upload(values);
                uploaded.put(tensor, values);
                return tensor;
            }

            @Override
            public HostArray download(Tensor tensor) {
                return uploaded.getOrDefault(tensor, inner.download(tensor));
            }
        };
    }

    private static Backend narrow(Backend inner) {
        return new Decorated(inner) {
            @Override
            public Tensor upload(HostArray values) {
                return inner.upload(values.dtype() == DType.I64 ? values.cast(DType.F64).cast(DType.I64) : values);
            }
        };
    }

    private abstract static class Decorated extends DelegatingBackend {
        Decorated(Backend inner) {
            super("faulty", inner);
        }
    }
}
