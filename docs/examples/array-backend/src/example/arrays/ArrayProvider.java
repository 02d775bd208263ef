package example.arrays;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.Set;

/** Says what the backend is without opening it. */
final class ArrayProvider implements BackendProvider {

    static final Set<DType> FLOATING = Set.of(DType.F32, DType.F64);

    @Override
    public Availability probe() {
        return new Availability.Available("JVM, plain loops", FLOATING, List.of("relu"));
    }

    @Override
    public boolean onHeap() {
        return true;
    }

    @Override
    public Backend open(BackendOptions options) {
        if (!FLOATING.contains(options.dtype())) {
            throw new BackendUnavailableException("the backend 'example-arrays' computes in f32 and f64, not in " + options.dtype().label());
        }
        return new ArrayBackend();
    }
}
