package io.fluxo.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The derivative of every primitive with respect to every input, against central differences, in every form that its rule tells apart. */
class VjpRulesTest {

    private static final double STEP = 1e-5;

    private interface Function {
        Tensor of(Ops ops, Tensor[] in);
    }

    /** A function of inputs of these shapes, all different numbers between −1.3 and 1.3, or above 0.4. */
    private record Case(String name, boolean positive, Function function, Shape... shapes) {
        @Override
        public String toString() {
            return name + " of " + Arrays.toString(shapes);
        }

        double[] values(int input) {
            double[] values = new double[shapes[input].elements()];
            for (int i = 0; i < values.length; i++) {
                double turned = (0.61803398875 * (i + 1) + 0.31 * input) % 1;     // no two alike
                values[i] = positive ? 0.4 + turned : 2.6 * turned - 1.3;
            }
            return values;
        }
    }

    private static Case of(String name, Function function, Shape... shapes) {
        return new Case(name, false, function, shapes);
    }

    private static Case ofPositive(String name, Function function, Shape... shapes) {
        return new Case(name, true, function, shapes);
    }

    private static Shape s(int... sizes) {
        return Shape.of(sizes);
    }

    static Stream<Case> elementwise() {
        return Stream.of(
                of("neg", (ops, in) -> ops.neg(in[0]), s(3)), of("exp", (ops, in) -> ops.exp(in[0]), s(3)), ofPositive("log", (ops, in) -> ops.log(in[0]), s(3)),
                ofPositive("sqrt", (ops, in) -> ops.sqrt(in[0]), s(3)), of("sin", (ops, in) -> ops.sin(in[0]), s(3)), of("cos", (ops, in) -> ops.cos(in[0]), s(3)),
                of("tanh", (ops, in) -> ops.tanh(in[0]), s(3)), of("erf", (ops, in) -> ops.erf(in[0]), s(3)),
                of("there and back as f64", (ops, in) -> ops.cast(in[0], DType.F64), s(3)),
                of("where", (ops, in) -> ops.where(ops.less(in[0], in[1]), ops.mul(in[0], in[0]), ops.exp(in[1])), s(2, 3), s(2, 3)),
                of("where, spread", (ops, in) -> ops.where(ops.less(in[0], in[1]), in[1], in[2]), s(2, 3), s(3), s(1, 1)),
                of("where equal", (ops, in) -> ops.maximum(in[0], ops.permute(in[0], 1, 0)), s(2, 2)));       // the diagonal meets itself
    }

    static Stream<Case> binary() {
        List<Case> cases = new ArrayList<>();
        for (Shape[] shapes : new Shape[][] {{s(2, 3), s(2, 3)}, {s(2, 3), s(3)}, {s(3), s(2, 3)}, {s(2, 1), s(1, 3)}, {s(2, 3), s(1)}, {s(), s(2, 3)}, {s(1, 3), s(2, 2, 1)}}) {
            cases.add(of("add", (ops, in) -> ops.add(in[0], in[1]), shapes));
            cases.add(of("sub", (ops, in) -> ops.sub(in[0], in[1]), shapes));
            cases.add(of("mul", (ops, in) -> ops.mul(in[0], in[1]), shapes));
            cases.add(ofPositive("div", (ops, in) -> ops.div(in[0], in[1]), shapes));
            cases.add(of("maximum", (ops, in) -> ops.maximum(in[0], in[1]), shapes));
        }
        return cases.stream();
    }

    static Stream<Case> reductions() {
        return Stream.of(
                of("sum", (ops, in) -> ops.sum(in[0], 1), s(2, 3, 2)), of("sum of the last axis", (ops, in) -> ops.sum(in[0], -1), s(2, 3)),
                of("sum over", (ops, in) -> ops.sumOver(in[0], 1), s(2, 3, 2)), of("sum over two", (ops, in) -> ops.sumOver(in[0], 2, 0), s(2, 3, 2)),
                of("sum over all", (ops, in) -> ops.sumOver(in[0], 0, 1), s(2, 3)), of("sum of all", (ops, in) -> ops.sumAll(in[0]), s(2, 3)),
                of("max", (ops, in) -> ops.max(in[0], 1), s(2, 3)), of("max of two axes", (ops, in) -> ops.max(in[0], 0, 2), s(2, 3, 2)),
                of("max of equals", (ops, in) -> ops.max(ops.concat(1, in[0], in[0]), 1), s(2, 3)));
    }

    static Stream<Case> movements() {
        return Stream.of(
                of("split", (ops, in) -> ops.splitAxis(in[0], 1, Dim.of(2), Dim.of(3)), s(2, 6)), of("split from behind", (ops, in) -> ops.splitAxis(in[0], -2, Dim.of(2), Dim.of(2)), s(4, 3)),
                of("merge", (ops, in) -> ops.mergeAxes(in[0], 0), s(2, 3, 2)), of("merge behind", (ops, in) -> ops.mergeAxes(in[0], 1), s(2, 3, 2)),
                of("permute", (ops, in) -> ops.permute(in[0], 2, 0, 1), s(2, 3, 4)), of("expand", (ops, in) -> ops.expand(in[0], s(2, 3, 2)), s(3, 1)),
                of("expand an axis", (ops, in) -> ops.expand(in[0], s(4, 3)), s(1, 3)),
                of("slice", (ops, in) -> ops.slice(in[0], 1, Dim.of(1), Dim.of(2)), s(2, 5)), of("pad", (ops, in) -> ops.pad(in[0], 0, Dim.of(1), Dim.of(2), Scalar.of(7)), s(2, 3)),
                of("concat", (ops, in) -> ops.concat(1, in[0], in[1], in[2]), s(2, 1), s(2, 3), s(2, 2)),
                of("gather", (ops, in) -> ops.gather(in[0], ints(ops, 2, 0, 2)), s(3, 2)), of("scatter", (ops, in) -> ops.scatterAdd(ints(ops, 2, 0, 2), in[0], Dim.of(4)), s(3, 2)));
    }

    private static Tensor ints(Ops ops, int... values) {
        return ((Backend) ops.engine()).upload(HostArray.of(Shape.of(values.length), values));
    }

    /** A of rank 1, 2 and more, B shared and not, either side transposed. All sizes differ, so that no transposition passes for another. */
    static Stream<Case> products() {
        List<Case> cases = new ArrayList<>();
        for (boolean ta : new boolean[] {false, true}) {
            for (boolean tb : new boolean[] {false, true}) {
                Function product = (ops, in) -> ops.matMul(in[0], in[1], ta, tb);
                String name = (ta ? "A" : "a") + "·" + (tb ? "B" : "b");           // capitals are transposed
                Shape b = tb ? s(4, 3) : s(3, 4);
                for (Shape batch : List.of(s(), s(2), s(2, 5))) {
                    Shape a = batch.concat(ta ? s(3, 6) : s(6, 3));
                    cases.add(of(name, product, a, b));
                    cases.add(of(name, product, a, batch.concat(b)));
                }
                if (!ta) {
                    cases.add(of(name, product, s(3), b));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource({"elementwise", "binary", "reductions", "movements", "products"})
    void isTheCentralDifference(Case one) {
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor[] inputs = new Tensor[one.shapes.length];
            Arrays.setAll(inputs, i -> tape.watch(backend.upload(HostArray.of(one.shapes[i], one.values(i)))));
            Tensor y = one.function.of(new Ops(tape), inputs);
            double[] seed = weights(y.shape().elements());
            Tensor[] gradients = tape.gradients(y, backend.upload(HostArray.of(y.shape(), seed)), List.of(inputs));
            for (int input = 0; input < inputs.length; input++) {
                assertThat(gradients[input].shape()).isEqualTo(one.shapes[input]);
                double[] found = backend.download(gradients[input]).toDoubles();
                for (int i = 0; i < found.length; i++) {
                    double expected = difference(backend, one, input, i);
                    assertThat(found[i]).as("%s, input %d at %d", one, input, i).isCloseTo(expected, within(1e-8 * Math.max(1, Math.abs(expected))));
                }
            }
        }
    }

    /** No two outputs weigh alike. */
    private static double[] weights(int count) {
        double[] weights = new double[count];
        Arrays.setAll(weights, i -> 1 + 0.37 * i);
        return weights;
    }

    private static double difference(Backend backend, Case one, int input, int at) {
        return (weighed(backend, one, input, at, STEP) - weighed(backend, one, input, at, -STEP)) / (2 * STEP);
    }

    private static double weighed(Backend backend, Case one, int moved, int at, double by) {
        Tensor[] inputs = new Tensor[one.shapes.length];
        Arrays.setAll(inputs, i -> {
            double[] values = one.values(i);
            if (i == moved) {
                values[at] += by;
            }
            return backend.upload(HostArray.of(one.shapes[i], values));
        });
        double[] y = backend.download(one.function.of(new Ops(backend), inputs)).toDoubles();
        double[] weights = weights(y.length);
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += weights[i] * y[i];
        }
        return sum;
    }
}
