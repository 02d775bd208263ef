package io.fluxo.experiments.workbench;

import java.util.List;

/**
 * One line of {@code ./fluxo backends}.
 *
 * @param reason       why it cannot run here; empty where it can
 * @param device       what it runs on; empty where it cannot run
 * @param dtypes       element types it computes in
 * @param fusedKernels fused operations it has a kernel of its own for
 */
public record BackendRow(String name, boolean available, String reason, String device, List<String> dtypes, List<String> fusedKernels) {

    public BackendRow {
        dtypes = List.copyOf(dtypes);
        fusedKernels = List.copyOf(fusedKernels);
    }
}
