package io.fluxo.cpu.simd.kernel;

import io.fluxo.cpu.simd.products.Epilogue;
import io.fluxo.cpu.simd.products.Gemm.Product;
import java.util.function.Function;

/**
 * An operation made ready on its arrays. It may run again and again, on what the arrays then hold.
 *
 * @param body what computes it
 * @param form what is known of it to whoever joins it with its neighbours
 */
public record Kernel(Runnable body, Form form) {

    /** What a kernel is like. */
    public sealed interface Form {

        /** Nothing that matters to neighbours. */
        record Other() implements Form {}

        /** A product and nothing else. */
        record Multiplies(Product product) implements Form {}

        /**
         * A product among other things, as in the gradient of a linear map.
         *
         * @param with the whole kernel with another product in this one's place
         */
        record Includes(Product product, Function<Product, Runnable> with) implements Form {}

        /** y = a + b, element by element. */
        record Adds(float[] a, float[] b, float[] y, int rows, int columns) implements Form {}

        /** What it makes of some elements, or rows, of its input depends on these alone: it can follow at once where they are finished. */
        record Follows(float[] y, Epilogue epilogue) implements Form {}
    }

    public static Kernel of(Runnable body) {
        return new Kernel(body, new Form.Other());
    }
}
