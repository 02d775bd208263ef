package io.fluxo.experiments.install;

import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.natives.Download;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.cuda.nd4j.Nd4jProvider;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fetches what is optional, and remembers where it is.
 *
 * @param installation where it is remembered
 * @param driver       what knows the GPUs
 * @param maven        what fetches
 */
public record Installer(Installation installation, CudaDriver driver, Maven maven) {

    /** For this program on this machine. */
    public static Installer here() {
        Installation installation = Installation.here();
        return new Installer(installation, new CudaDriver(), Maven.of(installation.folder().getParent()));
    }

    /** Everything that can be fetched. */
    public static List<Download> downloads() {
        return Stream.<Download>concat(Arrays.stream(Natives.values()), Stream.of(SparkJars.SPARK)).toList();
    }

    /** What to do with {@code download} once it is there. */
    public static String use(Download download) {
        return switch (download) {
            case SparkJars _ -> "ablate --engine spark --master URL";
            default -> "--backend " + download.label();
        };
    }

    /**
     * The jars of {@code download}.
     *
     * @throws BackendUnavailable if it is not installed; the message says how to
     */
    public List<Path> jars(Download download) {
        return switch (installation.of(download)) {
            case Installation.State.Installed(List<Path> jars) -> jars;
            case Installation.State.Absent(String reason) -> throw new BackendUnavailable(reason);
        };
    }

    public boolean isInstalled(Download download) {
        return installation.of(download) instanceof Installation.State.Installed;
    }

    /** What would be downloaded, in a sentence; an error where there is nothing for this machine. */
    public String announcement(Download download) {
        String platform = installation.platform();
        if (!download.platforms().contains(platform) && installation.of(download) instanceof Installation.State.Absent(String reason)) {
            throw new BackendUnavailable(reason);
        }
        return Text.format("%s for %s: a download of about %,d MB into Maven's local repository, less what is there already", download.label(), platform,
                download.megabytes(platform));
    }

    /** Why it could not be used on this machine if it were installed; empty where it could. */
    public Optional<String> doubt(Download download) {
        return switch (download) {
            case Natives natives -> switch (natives) {
                case NATIVE, CUDA -> new Nd4jProvider(natives, installation, driver).unusable();
                case TORCH -> Optional.empty();
            };
            default -> Optional.empty();
        };
    }

    /** Fetches. What was installed before stays as it was if this fails. */
    public void install(Download download) throws InterruptedException {
        try {
            Path file = installation.classPathFile(download);
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempFile(file.getParent(), download.label(), ".part");
            try {
                Files.delete(fresh);
                maven.resolve(download, installation.platform(), fresh);
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(Text.format("%s cannot be installed in %s: %s", download.label(), installation.folder(), failure.getMessage()),
                    failure);
        }
    }
}
