package io.fluxo.cuda.torch;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cuda.natives.Engine;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.cuda.natives.Worlds;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * libtorch on the CPU. Nothing of it is loaded before a backend is opened.
 *
 * @param installation what is installed
 */
public record TorchProvider(Installation installation) implements BackendProvider {

    private static final Engine ENGINE = new Engine("libtorch", "io.fluxo.cuda.torch.inside");
    private static final Set<DType> DTYPES = Set.of(DType.F32, DType.F64);

    /** Fused operations by libtorch's kernels; known here too, since nothing of libtorch is loaded to list them. */
    private static final List<String> KERNELS = List.of("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "attention", "crossEntropy");

    /** The jar of libtorch's Java interface is named by libtorch's version. */
    private static final Pattern JAR = Pattern.compile("pytorch-(\\d+(?:\\.\\d+)*)-[\\d.]+\\.jar");

    @Override
    public Availability probe() {
        return switch (installation.of(Natives.TORCH)) {
            case Installation.State.Installed(List<Path> jars) ->
                    new Availability.Available(Text.format("CPU, libtorch %s, one thread", version(jars)), DTYPES, KERNELS);
            case Installation.State.Absent(String reason) -> new Availability.Unavailable(reason);
        };
    }

    private static String version(List<Path> jars) {
        return jars.stream().flatMap(jar -> JAR.matcher(jar.getFileName().toString()).results()).map((MatchResult match) -> match.group(1)).findFirst()
                .orElse("of an unknown version");
    }

    @Override
    public Backend open(BackendOptions options) {
        if (!DTYPES.contains(options.dtype())) {
            throw unavailable("it computes in f32 and f64, not in " + options.dtype().label());
        }
        if (options.device() != 0) {
            throw unavailable("it has one device, 0: there is no device " + options.device());
        }
        return switch (installation.of(Natives.TORCH)) {
            case Installation.State.Installed(List<Path> jars) -> Worlds.open(ENGINE, Natives.TORCH, jars, installation.cache(), options);
            case Installation.State.Absent(String reason) -> throw unavailable(reason);
        };
    }

    private static BackendUnavailableException unavailable(String reason) {
        return new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s", Natives.TORCH.label(), reason));
    }
}
