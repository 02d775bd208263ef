package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorDigestTest {

    private static final HostArray VALUES = HostArray.of(Shape.of(2, 3), DType.F32, new double[] {1, 2, 3, 4, 5, 6});

    @Test
    void everythingIsInIt() {
        String digest = TensorDigest.of(Map.of("a", VALUES), Map.of("step", "3"));
        assertThat(digest).hasSize(64).isEqualTo(TensorDigest.of(Map.of("a", VALUES), Map.of("step", "3")));
        assertThat(digest).isNotEqualTo(TensorDigest.of(Map.of("b", VALUES), Map.of("step", "3")))
                .isNotEqualTo(TensorDigest.of(Map.of("a", VALUES), Map.of("step", "4")))
                .isNotEqualTo(TensorDigest.of(Map.of("a", VALUES), Map.of()))
                .isNotEqualTo(TensorDigest.of(Map.of("a", HostArray.of(Shape.of(3, 2), DType.F32, new double[] {1, 2, 3, 4, 5, 6})), Map.of("step", "3")))
                .isNotEqualTo(TensorDigest.of(Map.of("a", HostArray.of(Shape.of(2, 3), DType.F64, new double[] {1, 2, 3, 4, 5, 6})), Map.of("step", "3")))
                .isNotEqualTo(TensorDigest.of(Map.of("a", HostArray.of(Shape.of(2, 3), DType.F32, new double[] {1, 2, 3, 4, 5, 6.000001})), Map.of("step", "3")));
    }

    @Test
    void zerosOfTwoSignsAreTwo() {
        assertThat(TensorDigest.of(Map.of("a", HostArray.of(Shape.of(1), DType.F32, new double[] {0.0})), Map.of()))
                .isNotEqualTo(TensorDigest.of(Map.of("a", HostArray.of(Shape.of(1), DType.F32, new double[] {-0.0})), Map.of()));
    }

    @Test
    void theOrderIsNot() {
        Map<String, HostArray> one = new LinkedHashMap<>();
        one.put("a", VALUES);
        one.put("b", VALUES);
        Map<String, HostArray> other = new LinkedHashMap<>();
        other.put("b", VALUES);
        other.put("a", VALUES);
        assertThat(TensorDigest.of(one, Map.of())).isEqualTo(TensorDigest.of(other, Map.of()));
    }
}
