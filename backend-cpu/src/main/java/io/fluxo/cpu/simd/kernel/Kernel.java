package io.fluxo.cpu.simd.kernel;

import io.fluxo.cpu.simd.products.Epilogue;
import io.fluxo.cpu.simd.products.Gemm.Product;
import java.util.function.Function;

/**
 * An operation prepared on its arrays. It can run any number of times, each time on the arrays' current contents.
 *
 * @param body runs the operation
 * @param form what has to be known to join it with neighbouring kernels
 */
public record Kernel(Runnable body, Form form) {

    /** How a kernel can be joined with its neighbours. */
    public sealed interface Form {

        /** It cannot be joined. */
        record Other() implements Form {}

        /** A product and nothing else. */
        record Multiplies(Product product) implements Form {}

        /**
         * A product that is part of a larger kernel, as in the gradient of a linear map.
         *
         * @param with builds the whole kernel with another product in place of this one
         */
        record Includes(Product product, Function<Product, Runnable> with) implements Form {}

        /** y = a + b, element by element. */
        record Adds(float[] a, float[] b, float[] y, int rows, int columns) implements Form {}

        /**
         * Each element, or row, of the output depends on the same element, or row, of the input alone, so it can be computed as soon as that is
         * finished.
         */
        record Follows(float[] y, Epilogue epilogue) implements Form {}
    }

    public static Kernel of(Runnable body) {
        return new Kernel(body, new Form.Other());
    }
}
