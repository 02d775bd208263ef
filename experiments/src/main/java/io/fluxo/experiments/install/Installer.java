package io.fluxo.experiments.install;

import io.fluxo.cuda.driver.CudaDriver;
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
import java.util.Optional;

/**
 * Fetches an optional backend's natives and remembers where they are.
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

    public boolean isInstalled(Natives natives) {
        return installation.of(natives) instanceof Installation.State.Installed;
    }

    /** What would be downloaded, in a sentence; an error where there is nothing for this machine. */
    public String announcement(Natives natives) {
        String platform = installation.platform();
        if (!natives.platforms().contains(platform) && installation.of(natives) instanceof Installation.State.Absent(String reason)) {
            throw new BackendUnavailable(reason);
        }
        return Text.format("%s for %s: a download of about %,d MB into Maven's local repository, less what is there already", natives.label(), platform,
                natives.megabytes(platform));
    }

    /** Why natives could not be used on this machine if they were installed; empty where they could. */
    public Optional<String> doubt(Natives natives) {
        return switch (natives) {
            case NATIVE, CUDA -> new Nd4jProvider(natives, installation, driver).unusable();
            case TORCH -> Optional.empty();
        };
    }

    /** Fetches. What was installed before stays as it was if this fails. */
    public void install(Natives natives) throws InterruptedException {
        try {
            Path file = installation.classPathFile(natives);
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempFile(file.getParent(), natives.label(), ".part");
            try {
                Files.delete(fresh);
                maven.resolve(natives, installation.platform(), fresh);
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(Text.format("%s cannot be installed in %s: %s", natives.label(), installation.folder(), failure.getMessage()),
                    failure);
        }
    }
}
