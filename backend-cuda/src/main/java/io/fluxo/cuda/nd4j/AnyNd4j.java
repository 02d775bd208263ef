package io.fluxo.cuda.nd4j;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.text.Text;

/**
 * {@code nd4j} without more: on nd4j-cuda where its natives are installed, else on nd4j-native. Installed natives that cannot run are an error
 * that says so, never a reason to take the others.
 */
public record AnyNd4j(Nd4jProvider onCpu, Nd4jProvider onGpu) implements BackendProvider {

    @Override
    public Availability probe() {
        return isInstalled(onGpu) ? onGpu.probe() : isInstalled(onCpu) ? onCpu.probe() : new Availability.Unavailable(nothing());
    }

    @Override
    public Backend open(BackendOptions options) {
        if (isInstalled(onGpu)) {
            return onGpu.open(options);
        }
        if (isInstalled(onCpu)) {
            return onCpu.open(options);
        }
        throw new BackendUnavailableException("the backend 'nd4j' cannot run: " + nothing());
    }

    private static boolean isInstalled(Nd4jProvider provider) {
        return provider.installed() instanceof Installation.State.Installed;
    }

    private String nothing() {
        return Text.format("on the CPU, %s; on a GPU, %s", reason(onCpu), reason(onGpu));
    }

    private static String reason(Nd4jProvider provider) {
        return switch (provider.probe()) {
            case Availability.Unavailable(String reason) -> reason;
            case Availability.Available available -> throw new IllegalStateException("available without natives: " + available);
        };
    }
}
