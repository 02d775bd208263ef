package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import org.junit.jupiter.api.Test;

class ProductSizesTest {

    private static ProductSizes sizes(boolean transposeLeft, boolean transposeRight, Shape left, Shape right) {
        MatMul op = new MatMul(transposeLeft, transposeRight);
        return ProductSizes.of(op, left, right, ShapeRules.KNOWN.shape(op, new Handle(left, DType.F32), new Handle(right, DType.F32)));
    }

    @Test
    void rowsThatShareARightSideAreOneProduct() {
        assertThat(sizes(false, false, Shape.of(2, 3, 4), Shape.of(4, 5))).isEqualTo(new ProductSizes(6, 5, 4, 1, 3, 4, true));
        assertThat(sizes(false, true, Shape.of(7, 2, 3, 4), Shape.of(5, 4))).isEqualTo(new ProductSizes(42, 5, 4, 1, 3, 4, true));
        assertThat(sizes(false, false, Shape.of(4), Shape.of(4, 5))).as("a row").isEqualTo(new ProductSizes(1, 5, 4, 1, 1, 4, true));
    }

    @Test
    void aTransposedLeftSideIsAProductForEachOfItsMatrices() {
        assertThat(sizes(true, false, Shape.of(2, 4, 3), Shape.of(4, 5))).isEqualTo(new ProductSizes(3, 5, 4, 2, 4, 3, true));
    }

    @Test
    void everyMatrixWithARightSideOfItsOwnIsAProduct() {
        assertThat(sizes(false, false, Shape.of(2, 6, 3, 4), Shape.of(2, 6, 4, 5))).isEqualTo(new ProductSizes(3, 5, 4, 12, 3, 4, false));
        assertThat(sizes(true, true, Shape.of(2, 4, 3), Shape.of(2, 5, 4))).isEqualTo(new ProductSizes(3, 5, 4, 2, 4, 3, false));
    }
}
