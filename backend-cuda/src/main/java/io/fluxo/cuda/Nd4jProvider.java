package io.fluxo.cuda;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;

/** {@code nd4j}: runs on natives that are not part of the default download. */
public final class Nd4jProvider implements BackendProvider {

    private static final String REASON = "natives not installed";

    @Override
    public Availability probe() {
        return new Availability.Unavailable(REASON);
    }

    @Override
    public Backend open(BackendOptions options) {
        throw new BackendUnavailableException("nd4j cannot run: " + REASON);
    }
}
