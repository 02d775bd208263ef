package io.fluxo.experiments.bench;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.bench.SizedOperation.Direction;
import io.fluxo.experiments.bench.SizedOperation.Input;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Single operations, each at sizes that are quoted for it: products m × n × k, and what works on rows of 3072. */
final class Kernels {

    private static final List<int[]> PRODUCTS = List.of(new int[] {128, 128, 128}, new int[] {256, 256, 256}, new int[] {512, 512, 512},
            new int[] {1024, 1024, 1024}, new int[] {2048, 2048, 2048}, new int[] {512, 3072, 768});
    private static final int ROWS = 512;
    private static final int WIDTH = 3072;

    /** By the names that the peer script gives them. */
    private static final Map<String, SizedOperation> OPERATIONS = Stream.concat(PRODUCTS.stream().map(size -> SizedOperation.product(size[0], size[1], size[2])),
            Stream.of(rows(new FusedOp.LayerNorm(1e-5, true), Input.normal(WIDTH), Input.normal(WIDTH)), rows(new FusedOp.Gelu(true)), rows(new FusedOp.Softmax())))
            .collect(Collectors.toMap(Kernels::name, each -> each, (one, _) -> one, LinkedHashMap::new));

    private Kernels() {}

    static Map<String, Runnable> of(Backend backend) {
        Map<String, Runnable> steps = new LinkedHashMap<>();
        OPERATIONS.forEach((name, operation) -> steps.put(name, scoped(backend, operation.on(backend, DType.F32))));
        return steps;
    }

    /** Floating-point operations of a product's step. */
    static Optional<Double> flops(String step) {
        return Optional.ofNullable(OPERATIONS.get(step)).filter(each -> each.op() instanceof PrimitiveOp.MatMul).map(SizedOperation::flops);
    }

    private static SizedOperation rows(Op op, Input... parameters) {
        return new SizedOperation(op, Direction.FORWARD, Text.format("%dx%d", ROWS, WIDTH), Stream.concat(Stream.of(Input.normal(ROWS, WIDTH)), Stream.of(parameters)).toList());
    }

    private static String name(SizedOperation each) {
        return (each.op() instanceof PrimitiveOp.MatMul ? "matmul" : each.op().name()) + " " + each.size();
    }

    private static Runnable scoped(Backend backend, Supplier<Tensor> body) {
        return () -> {
            try (TensorScope _ = backend.openScope()) {
                body.get();
            }
        };
    }
}
