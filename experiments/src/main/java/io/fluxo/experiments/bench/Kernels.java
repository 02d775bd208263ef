package io.fluxo.experiments.bench;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Single operations, each at sizes that are quoted for it: products m × n × k, and what works on rows of 3072. */
final class Kernels {

    private static final List<int[]> PRODUCTS = List.of(new int[] {128, 128, 128}, new int[] {256, 256, 256}, new int[] {512, 512, 512},
            new int[] {1024, 1024, 1024}, new int[] {2048, 2048, 2048}, new int[] {512, 3072, 768});
    private static final Pattern PRODUCT = Pattern.compile("matmul (\\d+)x(\\d+)x(\\d+)");
    private static final int ROWS = 512;
    private static final int WIDTH = 3072;

    private Kernels() {}

    static Map<String, Runnable> of(Backend backend, RandomKey key) {
        Ops ops = new Ops(backend);
        Map<String, Runnable> steps = new LinkedHashMap<>();
        for (int[] size : PRODUCTS) {
            Tensor a = normal(backend, key.split("a"), size[0], size[2]);
            Tensor b = normal(backend, key.split("b"), size[2], size[1]);
            steps.put(Text.format("matmul %dx%dx%d", size[0], size[1], size[2]), scoped(backend, () -> ops.matMul(a, b)));
        }
        Tensor x = normal(backend, key.split("x"), ROWS, WIDTH);
        Tensor gain = normal(backend, key.split("gain"), WIDTH);
        Tensor bias = normal(backend, key.split("bias"), WIDTH);
        String size = Text.format(" %dx%d", ROWS, WIDTH);
        steps.put("layerNorm" + size, scoped(backend, () -> ops.layerNorm(x, gain, bias, 1e-5)));
        steps.put("gelu" + size, scoped(backend, () -> ops.geluTanh(x)));
        steps.put("softmax" + size, scoped(backend, () -> ops.softmax(x)));
        return steps;
    }

    /** Floating-point operations of a product's step. */
    static Optional<Double> flops(String step) {
        Matcher product = PRODUCT.matcher(step);
        return product.matches()
                ? Optional.of(2.0 * Integer.parseInt(product.group(1)) * Integer.parseInt(product.group(2)) * Integer.parseInt(product.group(3)))
                : Optional.empty();
    }

    private static Runnable scoped(Backend backend, Supplier<Tensor> body) {
        return () -> {
            try (TensorScope _ = backend.openScope()) {
                body.get();
            }
        };
    }

    private static Tensor normal(Backend backend, RandomKey key, int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = key.normal(i);
        }
        return backend.upload(HostArray.of(shape, DType.F32, values));
    }
}
