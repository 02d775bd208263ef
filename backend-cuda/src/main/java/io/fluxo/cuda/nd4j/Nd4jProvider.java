package io.fluxo.cuda.nd4j;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.natives.Engine;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.cuda.natives.Worlds;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** nd4j on one kind of natives. Nothing of nd4j is loaded before a backend is opened. */
public final class Nd4jProvider implements BackendProvider {

    private static final Set<DType> DTYPES = Set.of(DType.F32, DType.F64);

    /** Fused operations for which nd4j has kernels that pass conformance; known here too, since nothing of nd4j is loaded to list them. */
    private static final List<String> KERNELS = List.of("relu", "softmax");

    private static final Engine ENGINE = new Engine("nd4j", "io.fluxo.cuda.nd4j.inside");

    private final Natives natives;
    private final Installation installation;
    private final CudaSupport support;

    public Nd4jProvider(Natives natives, Installation installation, CudaDriver driver) {
        this.natives = natives;
        this.installation = installation;
        this.support = new CudaSupport(driver);
    }

    /** The natives' state, whatever the device's. */
    Installation.State installed() {
        return installation.of(natives);
    }

    /** Why these natives could not run here if they were installed, in one line; empty where they could. */
    public Optional<String> unusable() {
        return device(0) instanceof Device.Unusable(String reason) ? Optional.of(reason) : Optional.empty();
    }

    @Override
    public Availability probe() {
        return switch (device(0)) {
            case Device.Usable(String words) -> switch (installed()) {
                case Installation.State.Installed _ -> new Availability.Available(words, DTYPES, KERNELS);
                case Installation.State.Absent(String reason) -> new Availability.Unavailable(reason);
            };
            case Device.Unusable(String reason) -> new Availability.Unavailable(reason);
        };
    }

    @Override
    public Backend open(BackendOptions options) {
        if (!DTYPES.contains(options.dtype())) {
            throw unavailable("it computes in f32 and f64, not in " + options.dtype().label());
        }
        return switch (device(options.device())) {
            case Device.Usable _ -> switch (installed()) {
                case Installation.State.Installed(List<Path> jars) -> Worlds.open(ENGINE, natives, jars, installation.cache(), options);
                case Installation.State.Absent(String reason) -> throw unavailable(reason);
            };
            case Device.Unusable(String reason) -> throw unavailable(reason);
        };
    }

    private BackendUnavailableException unavailable(String reason) {
        return new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s", natives.label(), reason));
    }

    /** The device comes before the natives: what would not run here need not be fetched. */
    private Device device(int index) {
        return switch (natives) {
            case NATIVE -> index == 0 ? new Device.Usable("CPU, one thread")
                    : new Device.Unusable("nd4j-native has one device, 0: there is no device " + index);
            case CUDA -> support.of(index);
            case TORCH -> throw new IllegalStateException("nd4j does not run on " + natives.label());
        };
    }
}
