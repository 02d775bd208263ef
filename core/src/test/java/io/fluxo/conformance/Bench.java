package io.fluxo.conformance;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * A backend under test.
 *
 * @param backend the backend
 * @param dtype   the floating type it is tested in
 */
public record Bench(Backend backend, DType dtype) {

    Ops ops() {
        return new Ops(backend);
    }

    /** The same type on another backend. */
    Bench on(Backend other) {
        return new Bench(other, dtype);
    }

    /** Whether a NaN out of numbers is refused rather than returned. */
    boolean refusesNaN() {
        return backend.name().contains("checked(");
    }

    /** {@code host} on the device, F64 as the type under test. */
    Tensor upload(HostArray host) {
        return backend.upload(host.dtype() == DType.F64 ? host.cast(dtype) : host);
    }

    Tensor[] upload(Iterable<HostArray> hosts) {
        var tensors = new ArrayList<Tensor>();
        hosts.forEach(host -> tensors.add(upload(host)));
        return tensors.toArray(Tensor[]::new);
    }

    /** What the device sees of {@code host}, as doubles. */
    HostArray seen(HostArray host) {
        return (host.dtype() == DType.F64 ? host.cast(dtype) : host).cast(DType.F64);
    }

    HostArray download(Tensor tensor) {
        return backend.download(tensor);
    }

    /** Throws unless {@code got} has the shape and type of {@code expected} and each element is within {@code tolerance}. */
    void requireClose(String what, HostArray expected, HostArray got, Tolerance tolerance) {
        DType type = expected.dtype() == DType.F64 ? dtype : expected.dtype();
        if (!got.shape().equals(expected.shape()) || got.dtype() != type) {
            throw new AssertionError("%s: expected %s %s, got %s %s".formatted(what, type.label(), expected.shape(), got.dtype().label(), got.shape()));
        }
        double[] wanted = expected.cast(type).toDoubles();
        double[] found = got.toDoubles();
        double largest = Arrays.stream(wanted).filter(Double::isFinite).map(Math::abs).max().orElse(0);
        for (int i = 0; i < wanted.length; i++) {
            double error = Math.abs(found[i] - wanted[i]);
            boolean same = found[i] == wanted[i] || Double.isNaN(found[i]) && Double.isNaN(wanted[i]);
            double allowed = tolerance.allowed(type, wanted[i], largest);
            if (!same && !(Double.isFinite(wanted[i]) && error <= allowed)) {
                throw new AssertionError("%s: element %d of %s is %s instead of %s: off by %.3g, allowed is %.3g".formatted(what, i, got.shape(),
                        found[i], wanted[i], error, allowed));
            }
        }
    }

    /** Throws unless both have the same bits. */
    void requireSameBits(String what, HostArray expected, HostArray got) {
        if (!Arrays.equals(bits(expected), bits(got))) {
            int at = Arrays.mismatch(bits(expected), bits(got));
            throw new AssertionError("%s: element %d of %s was %s and is %s".formatted(what, at, got.shape(), expected.toDoubles()[at], got.toDoubles()[at]));
        }
    }

    private static long[] bits(HostArray host) {
        return Arrays.stream(host.toDoubles()).mapToLong(Double::doubleToRawLongBits).toArray();
    }
}
