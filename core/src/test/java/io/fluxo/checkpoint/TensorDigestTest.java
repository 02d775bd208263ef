package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

    /** What a checkpoint holds was told by another version of the program: the bytes are as written here. */
    @Test
    void theBytesAreTheTextsAndThenTheTensorsEachByName() throws NoSuchAlgorithmException {
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        for (String text : new String[] {"step", "3", "a", "F32 [2, 3]"}) {
            expected.update(ByteBuffer.allocate(4).putInt(text.length()).array());
            expected.update(text.getBytes(StandardCharsets.UTF_8));
        }
        expected.update(ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(2).putFloat(3).putFloat(4).putFloat(5).putFloat(6).array());
        assertThat(TensorDigest.of(Map.of("a", VALUES), Map.of("step", "3"))).isEqualTo(HexFormat.of().formatHex(expected.digest()));
    }

    @Test
    void twoTextsAreNotTakenForTwoOthers() {
        assertThat(TensorDigest.of(Map.of(), Map.of("ab", "c"))).isNotEqualTo(TensorDigest.of(Map.of(), Map.of("a", "bc")));
    }

    /** Values are taken in pieces of a megabyte. */
    @Test
    void theLastOfManyValuesIsInItToo() {
        double[] many = new double[300_000];
        String digest = TensorDigest.of(Map.of("a", HostArray.of(Shape.of(many.length), DType.F32, many)), Map.of());
        many[many.length - 1] = 1;
        assertThat(TensorDigest.of(Map.of("a", HostArray.of(Shape.of(many.length), DType.F32, many)), Map.of())).isNotEqualTo(digest);
    }
}
