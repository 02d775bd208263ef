package io.fluxo.cuda.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.shape.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Axes that lie one behind the other are one. */
class WalkTest {

    private static Walk over(Shape shape, Shape... tensors) {
        return Walk.of(shape.sizes(), List.of(tensors).stream().map(tensor -> Walk.stretched(tensor, shape)).toList());
    }

    @Test
    void equalShapesAndSingleNumbersAreFlat() {
        Walk walk = over(Shape.of(3, 4, 5), Shape.of(3, 4, 5), Shape.SCALAR, Shape.of(1, 1));
        assertThat(walk.isFlat()).isTrue();
        assertThat(walk.sizes()).containsExactly(60);
        assertThat(List.of(walk.flatStride(0), walk.flatStride(1), walk.flatStride(2))).containsExactly(1, 0, 0);
    }

    @Test
    void aVectorOnTheLastAxisLeavesTwoAxes() {
        Walk walk = over(Shape.of(3, 4, 5), Shape.of(3, 4, 5), Shape.of(5));
        assertThat(walk.isFlat()).isFalse();
        assertThat(walk.sizes()).containsExactly(12, 5);
        assertThat(walk.strides().get(0)).containsExactly(5, 1);
        assertThat(walk.strides().get(1)).containsExactly(0, 1);
    }

    @Test
    void anAxisStretchedInTheMiddleLeavesThree() {
        Walk walk = over(Shape.of(2, 3, 7), Shape.of(2, 1, 7), Shape.of(2, 3, 7));
        assertThat(walk.sizes()).containsExactly(2, 3, 7);
        assertThat(walk.strides().get(0)).containsExactly(7, 0, 1);
    }

    @Test
    void aSingleNumberIsAWalkOverNothing() {
        Walk walk = over(Shape.SCALAR, Shape.SCALAR);
        assertThat(walk.isFlat()).isTrue();
        assertThat(walk.flatStride(0)).isZero();
    }

    @Test
    void aTransposedMatrixIsNotFlat() {
        assertThat(Walk.of(new int[] {4, 3}, List.of(new int[] {1, 4})).isFlat()).isFalse();
        assertThat(Walk.of(new int[] {4, 1}, List.of(new int[] {3, 1})).isFlat()).as("a column, with a stride").isFalse();
    }

    @Test
    void moreAxesThanKernelsHaveAreRefused() {
        int[] sizes = {2, 2, 2, 2, 2, 2, 2, 2, 2};
        int[] strides = {1, 2, 4, 8, 16, 32, 64, 128, 256};
        assertThatThrownBy(() -> Walk.of(sizes, List.of(strides))).hasMessageContaining("at most 8 axes");
    }
}
