package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp.Assign;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tensor that grows at its end is written behind itself, and no tensor that anybody holds changes by it. */
class GrowingTest {

    private static final int WIDTH = 5;

    private final Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));
    private final Ops ops = new Ops(backend);
    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = backend.openScope();
    }

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    /** Rows of {@code from}, {@code from} + 1 … */
    private static float[] numbers(int from, int rows) {
        float[] numbers = new float[rows * WIDTH];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = from * WIDTH + i;
        }
        return numbers;
    }

    private Tensor rows(int from, int rows) {
        return backend.upload(HostArray.of(Shape.of(1, rows, WIDTH), numbers(from, rows)));
    }

    /** Five rows, behind which there is room. */
    private Tensor grown() {
        Tensor all = rows(0, 1);
        for (int n = 1; n < 5; n++) {
            all = ops.concat(1, all, rows(n, 1));
        }
        return all;
    }

    private float[] floats(Tensor tensor) {
        return (float[]) backend.download(tensor).array();
    }

    @Test
    void everyLengthKeepsItsValues() {
        Tensor[] lengths = new Tensor[70];
        lengths[0] = rows(0, 1);
        for (int n = 1; n < lengths.length; n++) {
            lengths[n] = ops.concat(1, lengths[n - 1], rows(n, 1));
        }
        for (int n = 0; n < lengths.length; n++) {
            assertThat(lengths[n].shape()).isEqualTo(Shape.of(1, n + 1, WIDTH));
            assertThat(floats(lengths[n])).isEqualTo(numbers(0, n + 1));
        }
    }

    @Test
    void twoThatGoOnFromTheSameRowsDoNotMeet() {
        Tensor start = grown();
        Tensor one = ops.concat(1, start, rows(5, 1));
        Tensor other = ops.concat(1, start, rows(50, 2));
        Tensor longer = ops.concat(1, one, rows(6, 1));
        assertThat(floats(start)).isEqualTo(numbers(0, 5));
        assertThat(floats(one)).isEqualTo(numbers(0, 6));
        assertThat(floats(longer)).isEqualTo(numbers(0, 7));
        assertThat(Arrays.copyOfRange(floats(other), 5 * WIDTH, 7 * WIDTH)).isEqualTo(numbers(50, 2));
    }

    /** The rows that both hold are copied before they are written over. */
    @Test
    void anUpdateOfOneLengthLeavesTheOthers() {
        Tensor start = grown();
        Tensor longer = ops.concat(1, start, rows(5, 1));
        Tensor updated = backend.update(new Assign(), start, rows(90, 5))[0];
        assertThat(floats(longer)).isEqualTo(numbers(0, 6));
        assertThat(floats(updated)).isEqualTo(numbers(90, 5));
    }

    @Test
    void aReleasedBeginningLeavesTheRest() {
        Tensor all = rows(0, 1);
        for (int n = 1; n < 40; n++) {
            Tensor longer;
            try (TensorScope step = backend.openScope()) {
                longer = step.keep(ops.concat(1, all, rows(n, 1)));
            }
            backend.release(all);
            all = longer;
        }
        assertThat(floats(all)).isEqualTo(numbers(0, 40));
    }
}
