package io.fluxo.experiments.bench;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.bench.SizedOperation.Direction;
import io.fluxo.experiments.bench.SizedOperation.Input;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Single operations: at sizes that are quoted for them (products m × n × k, and what works on rows of 3072), or at a case's own. */
final class Kernels {

    private static final List<int[]> PRODUCTS = List.of(new int[] {128, 128, 128}, new int[] {256, 256, 256}, new int[] {512, 512, 512},
            new int[] {1024, 1024, 1024}, new int[] {2048, 2048, 2048}, new int[] {512, 3072, 768});
    private static final int ROWS = 512;
    private static final int WIDTH = 3072;

    private Kernels() {}

    /** By the names that the peer script gives them. */
    private static Map<String, SizedOperation> operations(BenchCase spec) {
        return switch (spec.what()) {
            case KERNELS -> named(Stream.concat(PRODUCTS.stream().map(size -> SizedOperation.product(size[0], size[1], size[2])),
                    Stream.of(rows(new FusedOp.LayerNorm(1e-5, true), Input.normal(WIDTH), Input.normal(WIDTH)), rows(new FusedOp.Gelu(true)), rows(new FusedOp.Softmax()))));
            case MATMUL -> named(spec.sizes().stream().map(size -> SizedOperation.product(size, size, size)));
            case ATTENTION -> {
                Map<String, SizedOperation> both = new LinkedHashMap<>();
                both.put("forward", attention(spec, Direction.FORWARD));
                both.put("forward_backward", attention(spec, Direction.GRADIENT));
                yield both;
            }
            case BLOCK, TRAIN, MODEL -> throw new IllegalArgumentException(spec.what() + " is no single operation");
        };
    }

    static Map<String, Repeatable> of(BenchCase spec, Backend backend) {
        Map<String, Repeatable> steps = new LinkedHashMap<>();
        operations(spec).forEach((name, operation) -> steps.put(name, Repeatable.of(backend, operation.on(backend, spec.tensors()))));
        return steps;
    }

    /** Floating-point operations of a step that consists of products. */
    static Optional<Double> flops(BenchCase spec, String step) {
        return Optional.ofNullable(operations(spec).get(step)).filter(each -> each.op() instanceof PrimitiveOp.MatMul || each.op() instanceof FusedOp.Attention)
                .map(SizedOperation::flops);
    }

    private static SizedOperation rows(Op op, Input... parameters) {
        return new SizedOperation(op, Direction.FORWARD, Text.format("%dx%d", ROWS, WIDTH), Stream.concat(Stream.of(Input.normal(ROWS, WIDTH)), Stream.of(parameters)).toList());
    }

    private static SizedOperation attention(BenchCase spec, Direction direction) {
        int width = spec.model() / spec.heads();
        Input each = Input.normal(spec.batch(), spec.tokens(), spec.heads(), width);
        return new SizedOperation(new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.reciprocalSqrt(Dim.of(width)), false), direction,
                Text.format("%dx%dx%dx%d", spec.batch(), spec.tokens(), spec.heads(), width), List.of(each, each, each));
    }

    private static Map<String, SizedOperation> named(Stream<SizedOperation> operations) {
        return operations.collect(Collectors.toMap(each -> (each.op() instanceof PrimitiveOp.MatMul ? "matmul" : each.op().name()) + " " + each.size(), each -> each,
                (one, _) -> one, LinkedHashMap::new));
    }
}
