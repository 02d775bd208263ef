package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.architecture.Source;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where each value of a stored tensor comes to lie in the model's. */
class CellReaderTest {

    @TempDir
    private Path directory;

    private Safetensors stored(HostArray values) {
        Path file = directory.resolve("model.safetensors");
        Safetensors.write(file, Map.of("w", values));
        return Safetensors.open(file);
    }

    private static double[] counted(int count) {
        return IntStream.range(0, count).mapToDouble(i -> i).toArray();
    }

    private double[] doubles(HostArray values, Source source, Shape shape) {
        double[] into = new double[shape.elements()];
        try (Safetensors tensors = stored(values)) {
            new CellReader(source, shape, DType.F64, into).read(tensors);
        }
        return into;
    }

    @Test
    void aTensorIsItsCellAsItIsOrTurned() {
        HostArray values = HostArray.of(Shape.of(2, 3), counted(6));
        assertThat(doubles(values, Source.whole("w"), Shape.of(2, 3))).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(doubles(values, new Source("w", true, 0, 1, 0), Shape.of(3, 2))).containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void cellsLieSideBySideInATensor() {
        HostArray values = HostArray.of(Shape.of(2, 6), counted(12));
        assertThat(doubles(values, new Source("w", false, 0, 3, 0), Shape.of(2, 2))).containsExactly(0, 1, 6, 7);
        assertThat(doubles(values, new Source("w", false, 1, 3, 0), Shape.of(2, 2))).containsExactly(2, 3, 8, 9);
        assertThat(doubles(values, new Source("w", false, 2, 3, 0), Shape.of(2, 2))).containsExactly(4, 5, 10, 11);
        HostArray upright = HostArray.of(Shape.of(6, 2), counted(12));
        assertThat(doubles(upright, new Source("w", true, 1, 3, 0), Shape.of(2, 2))).containsExactly(4, 6, 5, 7);
        HostArray biases = HostArray.of(Shape.of(6), counted(6));
        assertThat(doubles(biases, new Source("w", false, 1, 3, 0), Shape.of(2))).containsExactly(2, 3);
    }

    @Test
    void aGainIsOnePlusWhatIsStored() {
        assertThat(doubles(HostArray.of(Shape.of(2), 0.25, -1.0), new Source("w", false, 0, 1, 1), Shape.of(2))).containsExactly(1.25, 0);
        assertThat(doubles(HostArray.of(Shape.of(1), 0.25f), new Source("w", false, 0, 1, 1), Shape.of(1))).containsExactly(1.25);
    }

    @Test
    void aSingleNumberIsRead() {
        assertThat(doubles(HostArray.of(Shape.SCALAR, 0.5), Source.whole("w"), Shape.SCALAR)).containsExactly(0.5);
    }

    /** Files are read in pieces of four megabytes, which do not end where rows end. */
    @Test
    void piecesOfALargeTensorGoOnWhereTheOneBeforeEnded() {
        Shape shape = Shape.of(350, 1_501);
        double[] values = counted(shape.elements());
        assertThat(doubles(HostArray.of(shape, values), Source.whole("w"), shape)).isEqualTo(values);
        double[] turned = doubles(HostArray.of(shape, values), new Source("w", true, 0, 1, 0), Shape.of(1_501, 350));
        for (int i = 0; i < turned.length; i++) {
            if (turned[i] != values[i % 350 * 1_501 + i / 350]) {
                throw new AssertionError("element %d is %s".formatted(i, turned[i]));
            }
        }
    }

    @Test
    void valuesAreRoundedToTheModelsType() {
        float[] into = new float[2];
        try (Safetensors tensors = stored(HostArray.of(Shape.of(2), 1 + Math.pow(2, -8) + Math.pow(2, -16), Math.PI))) {
            new CellReader(Source.whole("w"), Shape.of(2), DType.BF16, into).read(tensors);
            assertThat(into).containsExactly(1 + 0x1p-7f, 3.140625f);
            new CellReader(Source.whole("w"), Shape.of(2), DType.F32, into).read(tensors);
            assertThat(into).containsExactly((float) (1 + Math.pow(2, -8) + Math.pow(2, -16)), (float) Math.PI);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NaN       | F64  | NaN at row 1, column 0
            Infinity  | F32  | Infinity at row 1, column 0
            1e39      | F32  | 1.0E39, too large for f32, at row 1, column 0
            3.4e38    | BF16 | 3.4E38, too large for bf16, at row 1, column 0
            """)
    void aModelWithWhatIsNotFiniteIsRefused(double value, DType dtype, String message) {
        try (Safetensors tensors = stored(HostArray.of(Shape.of(2, 2), 1, 2, value, 4))) {
            CellReader reader = new CellReader(Source.whole("w"), Shape.of(2, 2), dtype, dtype == DType.F64 ? new double[4] : new float[4]);
            assertThatThrownBy(() -> reader.read(tensors)).isInstanceOf(CheckpointException.class)
                    .hasMessage(tensors.path() + ": the tensor 'w' holds " + message + ": a model with it computes nothing");
        }
    }

    @Test
    void thePlaceInAVectorIsItsElementAndWhatIsNotReadMayBeAnything() {
        try (Safetensors tensors = stored(HostArray.of(Shape.of(4), 1, Double.NaN, 1e300, 4))) {
            assertThatThrownBy(() -> new CellReader(new Source("w", false, 0, 2, 0), Shape.of(2), DType.F64, new double[2]).read(tensors)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("holds NaN at element 1:");
            double[] second = new double[2];
            new CellReader(new Source("w", false, 1, 2, 0), Shape.of(2), DType.F64, second).read(tensors);
            assertThat(second).containsExactly(1e300, 4);
        }
    }
}
