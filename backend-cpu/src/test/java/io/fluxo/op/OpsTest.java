package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is made of several operations, and when none is needed. */
class OpsTest {

    private final Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Ops ops = new Ops(backend);

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor x(Shape shape, double... values) {
        return backend.upload(HostArray.of(shape, DType.F64, values));
    }

    private double[] values(Tensor tensor) {
        return backend.download(tensor).toDoubles();
    }

    private Tensor counted(int... sizes) {
        Shape shape = Shape.of(sizes);
        return x(shape, IntStream.range(0, shape.elements()).mapToDouble(i -> i).toArray());
    }

    @Test
    void anAxisOfOneIsTakenAwayWhereverItStands() {
        for (int[][] pair : new int[][][] {{{1}, {0}, {}}, {{1, 3}, {0}, {3}}, {{3, 1}, {1}, {3}}, {{3, 1}, {-1}, {3}}, {{2, 1, 3}, {1}, {2, 3}}, {{2, 3, 1}, {2}, {2, 3}}}) {
            Tensor x = counted(pair[0]);
            Tensor squeezed = ops.squeeze(x, pair[1][0]);
            assertThat(squeezed.shape()).isEqualTo(Shape.of(pair[2]));
            assertThat(values(squeezed)).containsExactly(values(x));
        }
        assertThatThrownBy(() -> ops.squeeze(counted(1), 1)).isInstanceOf(ShapeMismatchException.class).hasMessage("axis 1 does not exist in [1]");
    }

    @Test
    void whatHasTheShapeOrTheTypeAlreadyIsGivenBack() {
        Tensor x = counted(2, 3);
        assertThat(ops.expand(x, Shape.of(2, 3))).isSameAs(x);
        assertThat(ops.expand(x, Shape.of(4, 2, 3)).shape()).isEqualTo(Shape.of(4, 2, 3));
        assertThat(ops.cast(x, DType.F64)).isSameAs(x);
        assertThat(ops.cast(x, DType.I32).dtype()).isEqualTo(DType.I32);
    }

    @Test
    void theMeanOfAllIsASingleNumber() {
        Tensor mean = ops.meanAll(x(Shape.of(2, 2), 1, 2, 3, 6));
        assertThat(mean.shape()).isEqualTo(Shape.SCALAR);
        assertThat(values(mean)).containsExactly(3);
    }

    @Test
    void theSigmoidEndsAtZeroAndOne() {
        double[] values = values(ops.sigmoid(x(Shape.of(5), -1000, -1, 0, Math.log(3), 1000)));
        assertThat(values).containsExactly(new double[] {0, 1 / (1 + Math.E), 0.5, 0.75, 1}, within(1e-15));
    }

    @Test
    void theFirstOfTheLargestIsNamed() {
        Tensor largest = ops.argMax(x(Shape.of(2, 3), 1, 5, 5, 7, 2, 3), 1);
        assertThat(values(largest)).containsExactly(1, 0);
        Tensor both = ops.and(ops.less(x(Shape.of(3), 1, 2, 3), x(Shape.of(3), 2, 3, 3)), ops.less(x(Shape.of(3), 1, 2, 3), x(Shape.of(3), 2, 2, 4)));
        assertThat(values(both)).containsExactly(1, 0, 0);
    }

    @Test
    void guessingAmongFourCostsLogFour() {
        Tensor loss = ops.crossEntropy(x(Shape.of(2, 4), 0, 0, 0, 0, 0, 0, Math.log(5), 0), backend.upload(HostArray.of(Shape.of(2), new int[] {3, 2})));
        assertThat(values(loss)).containsExactly(new double[] {Math.log(4), Math.log(8.0 / 5)}, within(1e-15));
    }

    @Test
    void whatIsNotDroppedIsScaledUp() {
        Tensor x = ops.shift(ops.scale(counted(1000), 0), 3);
        Tensor key = backend.upload(HostArray.of(Shape.of(2), new long[] {RandomKey.of(4).bits(0), 0}));
        double[] values = values(ops.dropout(x, key, 0.25));
        assertThat(values).containsOnly(0, 4);
        assertThat(IntStream.range(0, 1000).filter(i -> values[i] == 0).count()).isBetween(200L, 300L);
    }
}
