package io.fluxo.train;

import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several results of a step in one tensor, one after the other: a routine returns a single tensor, and the host reads them all at once. Their shapes
 * are those of the last time that the step itself ran; a replay returns the same shapes.
 */
final class JoinedResults {

    private List<Shape> shapes = List.of();

    /** @param results of one floating type */
    Tensor join(Ops ops, List<Tensor> results) {
        shapes = results.stream().map(Tensor::shape).toList();
        return ops.concat(0, results.stream().map(result -> flat(ops, result)).toArray(Tensor[]::new));
    }

    private static Tensor flat(Ops ops, Tensor tensor) {
        if (tensor.shape().rank() == 0) {
            return ops.expand(tensor, Shape.of(1));
        }
        Tensor flat = tensor;
        while (flat.shape().rank() > 1) {
            flat = ops.mergeAxes(flat, 0);
        }
        return flat;
    }

    /** The results that were joined, in order. */
    List<HostArray> split(HostArray joined) {
        List<HostArray> results = new ArrayList<>();
        int at = 0;
        for (Shape shape : shapes) {
            results.add(part(joined, at, shape));
            at += shape.elements();
        }
        return results;
    }

    private static HostArray part(HostArray joined, int from, Shape shape) {
        int to = from + shape.elements();
        return new HostArray(shape, joined.dtype(), switch (joined.array()) {
            case float[] values -> Arrays.copyOfRange(values, from, to);
            case double[] values -> Arrays.copyOfRange(values, from, to);
            default -> throw new IllegalStateException("results of steps are floating: " + joined.dtype().label());
        });
    }
}
