package io.fluxo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Gradients are scaled all together: matrices, vectors and scalars, by one factor, to the limit and no further. */
class ClippingTest {

    private static final List<Setup> SETUPS = Setup.ALL;
    private static final List<Shape> SHAPES = List.of(Shape.of(3, 4), Shape.of(5), Shape.of(2, 3), Shape.of(1), Shape.SCALAR);

    @ParameterizedTest
    @FieldSource("SETUPS")
    void theNormOfAllGradientsTogetherComesDownToTheLimit(Setup setup) {
        try (Backend backend = setup.open()) {
            Clipping clipping = new Clipping(backend, 0.25, setup.dtype());
            for (double size : new double[] {0.05, 3, 0.001, 40}) {
                double[][] gradients = drawn(size);
                double norm = norm(gradients);
                double[][] clipped = clipped(backend, clipping, setup, gradients);
                double factor = norm <= 0.25 ? 1 : 0.25 / norm;
                assertThat(norm(clipped)).as("a norm of %s", norm).isCloseTo(Math.min(norm, 0.25), within(1e-6));
                for (int i = 0; i < gradients.length; i++) {
                    for (int k = 0; k < gradients[i].length; k++) {
                        assertThat(clipped[i][k]).as("%s[%d]", SHAPES.get(i), k).isCloseTo(factor * gradients[i][k], within(1e-6 * size));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SETUPS")
    void aLimitOfZeroIsNone(Setup setup) {
        try (Backend backend = setup.open()) {
            Tensor[] gradients = {backend.upload(HostArray.of(Shape.of(2), setup.dtype(), new double[] {1e6, -1e6}))};
            assertThat(new Clipping(backend, 0, setup.dtype()).of(gradients)).isSameAs(gradients);
        }
    }

    private static double[][] drawn(double size) {
        return IntStream.range(0, SHAPES.size()).mapToObj(i -> {
            RandomKey key = RandomKey.of(8).split(i);
            return IntStream.range(0, SHAPES.get(i).elements()).mapToDouble(k -> size * key.normal(k)).toArray();
        }).toArray(double[][]::new);
    }

    private static double norm(double[][] gradients) {
        return Math.sqrt(Arrays.stream(gradients).flatMapToDouble(Arrays::stream).map(x -> x * x).sum());
    }

    private static double[][] clipped(Backend backend, Clipping clipping, Setup setup, double[][] gradients) {
        Tensor[] uploaded = IntStream.range(0, gradients.length).mapToObj(i -> backend.upload(HostArray.of(SHAPES.get(i), setup.dtype(), gradients[i])))
                .toArray(Tensor[]::new);
        return Arrays.stream(clipping.of(uploaded)).map(tensor -> backend.download(tensor).toDoubles()).toArray(double[][]::new);
    }
}
