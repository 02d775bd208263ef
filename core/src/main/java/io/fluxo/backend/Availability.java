package io.fluxo.backend;

import io.fluxo.tensor.DType;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Whether a backend can run here. */
public sealed interface Availability {

    /**
     * @param device  what it runs on, in words
     * @param dtypes  floating types it computes in
     * @param kernels names of the fused operations it has kernels for
     */
    record Available(String device, Set<DType> dtypes, List<String> kernels) implements Availability {

        public Available {
            Objects.requireNonNull(device, "device");
            dtypes = Set.copyOf(dtypes);
            kernels = List.copyOf(kernels);
        }
    }

    /** @param reason why it cannot run, and what would help, in one line */
    record Unavailable(String reason) implements Availability {

        public Unavailable {
            Objects.requireNonNull(reason, "reason");
        }
    }
}
