package io.fluxo.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ShapeTest {

    private static final Shape SHAPE = Shape.of(Dim.of("batch", 2), Dim.of("pos", 3), Dim.of("d_model", 4));

    @Test
    void axesCountFromEitherEnd() {
        assertThat(SHAPE.dim(-1)).isEqualTo(SHAPE.dim(2)).isEqualTo(Dim.of(4));
        assertThat(SHAPE.axis(-3)).isZero();
        assertThatThrownBy(() -> SHAPE.dim(3)).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("axis 3 does not exist in [batch=2, pos=3, d_model=4]");
        assertThatThrownBy(() -> SHAPE.dim(-4)).isInstanceOf(ShapeMismatchException.class);
        assertThatThrownBy(() -> Shape.SCALAR.dim(0)).isInstanceOf(ShapeMismatchException.class);
    }

    @Test
    void equalityIsThatOfSizes() {
        assertThat(SHAPE).isEqualTo(Shape.of(2, 3, 4)).hasSameHashCodeAs(Shape.of(2, 3, 4));
        assertThat(SHAPE).isNotEqualTo(Shape.of(2, 4, 3)).isNotEqualTo(Shape.of(2, 3, 4, 1)).isNotEqualTo(SHAPE.dims());
        Dim n = Dim.symbol("n");
        assertThat(Shape.of(n, Dim.of(2))).isEqualTo(Shape.of(n.named("pos"), Dim.of("x", 2))).isNotEqualTo(Shape.of(1, 2));
    }

    @Test
    void countsAndStrides() {
        assertThat(SHAPE.isKnown()).isTrue();
        assertThat(SHAPE.elements()).isEqualTo(24);
        assertThat(Shape.SCALAR.elements()).isEqualTo(1);
        assertThat(Shape.of(3, 0, 2).elements()).isZero();
        assertThat(SHAPE.strides()).containsExactly(12, 4, 1);
        assertThat(SHAPE.elementsFrom(1)).isEqualTo(12);
        assertThat(SHAPE.elementsFrom(3)).isEqualTo(1);
    }

    @Test
    void partsAndChanges() {
        assertThat(SHAPE.with(-1, Dim.of(9))).isEqualTo(Shape.of(2, 3, 9));
        assertThat(SHAPE.without(1)).hasToString("[batch=2, d_model=4]");
        assertThat(SHAPE.slice(1, 3)).isEqualTo(Shape.of(3, 4));
        assertThat(SHAPE.concat(Shape.of(5))).isEqualTo(Shape.of(2, 3, 4, 5));
        assertThat(SHAPE.sizes()).containsExactly(2, 3, 4);
    }

    @Test
    void impossibleSizesAreRefused() {
        assertThatThrownBy(() -> Shape.of(Dim.of("pos", -1))).isInstanceOf(ShapeMismatchException.class).hasMessageContaining("pos=-1");
        assertThatThrownBy(() -> Shape.of(1 << 16, 1 << 16)).isInstanceOf(ShapeMismatchException.class).hasMessageContaining("4294967296 elements");
        assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 1 << 30)).as("no number of elements wraps around").isInstanceOf(ShapeMismatchException.class);
        assertThatThrownBy(() -> Shape.of(Dim.symbol("n"), Dim.of("pos", -1))).as("after a symbol too").isInstanceOf(ShapeMismatchException.class)
                .hasMessageContaining("pos=-1");
        assertThatThrownBy(() -> Shape.of(Dim.of("pos", 1L << 31))).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("the axis pos=2147483648 is longer than one array can be");
    }

    /** A Java array ends a little below 2³¹ elements. */
    @Test
    void shapesAreAsLargeAsArraysMayBe() {
        assertThat(Shape.of(Integer.MAX_VALUE - 64).elements()).isEqualTo(Integer.MAX_VALUE - 64);
        assertThatThrownBy(() -> Shape.of(Integer.MAX_VALUE - 63)).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("a tensor [2147483584] of 2147483584 elements is larger than one array holds");
        assertThat(Shape.of(Integer.MAX_VALUE, 0).elements()).isZero();
        assertThat(Shape.of(1 << 30, 1 << 30, 1 << 30, 0).elements()).isZero();
    }

    @Test
    void aSymbolicShapeHasNoNumberOfElements() {
        Shape shape = Shape.of(Dim.symbol("n"), Dim.of(2));
        assertThat(shape.isKnown()).isFalse();
        assertThatThrownBy(shape::elements).isInstanceOf(IllegalStateException.class).hasMessageContaining("[n, 2] is symbolic");
        assertThatThrownBy(shape::sizes).isInstanceOf(UnknownSizeException.class).hasMessageContaining("[n, 2] is symbolic");
        assertThat(shape.size(1)).isEqualTo(2);
    }

    @Test
    void aSymbolicShapeSaysWhichSizesItLacks() {
        Dim n = Dim.symbol("n");
        assertThat(catchThrowableOfType(UnknownSizeException.class, Shape.of(n, Dim.of(2), Dim.symbol("d"), n)::elements).sizes()).isEqualTo("n, d");
        assertThat(catchThrowableOfType(UnknownSizeException.class, n::size).sizes()).isEqualTo("n");
    }

    @Test
    void aShapeHasNumbersWhereItsSymbolsHave() {
        Shape shape = Shape.of(Dim.symbol("n"), Dim.of(2));
        assertThat(shape.at(Map.of("n", 5L))).isEqualTo(Shape.of(5, 2));
        assertThat(shape.at(Map.of())).isEqualTo(shape);
        assertThatThrownBy(() -> shape.at(Map.of("m", 5L))).hasMessage("the size n is not known");
        assertThat(SHAPE.at(Map.of("n", 5L))).isEqualTo(SHAPE);
    }

    @Test
    void theInnermostLayersPathStays() {
        ShapeMismatchException mismatch = new ShapeMismatchException("add: 3 ≠ 4").at("blocks.3.mlp").at("blocks.3").at("");
        assertThat(mismatch).hasMessage("add: 3 ≠ 4 at blocks.3.mlp");
        assertThat(new ShapeMismatchException("add: 3 ≠ 4").at("").at("model")).hasMessage("add: 3 ≠ 4 at model");
    }
}
