package io.fluxo.cuda.natives;

import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code ./fluxo install} remembers, in one folder: for each download and platform a file that names the jars in Maven's local
 * repository, and the libraries that are unpacked from them. Deleting the folder undoes every install.
 *
 * @param folder   {@code .natives} in Fluxo's own folder
 * @param platform this machine, as {@link Natives#platform} names it
 */
public record Installation(Path folder, String platform) {

    /** The installation of this program on this machine. */
    public static Installation here() {
        return new Installation(Path.of(System.getProperty("fluxo.home", "")).toAbsolutePath().normalize().resolve(".natives"), Natives.platform());
    }

    /** What there is of one download. */
    public sealed interface State {

        /** @param jars the library with its natives and all they need */
        record Installed(List<Path> jars) implements State {}

        /** @param reason why it cannot be used and what would help, in one line */
        record Absent(String reason) implements State {}
    }

    /** The file that names the jars of {@code download}, separated as in a class path. */
    public Path classPathFile(Download download) {
        return folder.resolve(download.label() + "-" + platform + ".classpath");
    }

    /** Where the libraries are unpacked. */
    public Path cache() {
        return folder.resolve("cache");
    }

    public State of(Download download) {
        String command = Launcher.command() + " install " + download.label();
        if (!download.platforms().contains(platform)) {
            return new State.Absent(Text.format("%s has no %s for %s (only for %s)", download.label(), download.content(), platform, String.join(", ", download.platforms())));
        }
        Path file = classPathFile(download);
        if (!Files.exists(file)) {
            String elsewhere = otherPlatform(download);
            return new State.Absent(elsewhere.isEmpty()
                    ? Text.format("%s not installed: %s fetches them (about %,d MB)", download.content(), command, download.megabytes(platform))
                    : Text.format("%s are installed for %s, and this is %s: %s", download.content(), elsewhere, platform, command));
        }
        try {
            List<Path> jars = Arrays.stream(Files.readString(file).strip().split(File.pathSeparator)).map(Path::of).toList();
            return jars.stream().filter(jar -> !Files.isReadable(jar)).findFirst()
                    .<State>map(gone -> new State.Absent(Text.format("%s were installed, but %s is gone: %s again", download.content(), gone, command)))
                    .orElseGet(() -> new State.Installed(jars));
        } catch (IOException unreadable) {
            return new State.Absent(Text.format("%s cannot be read: %s again", file, command));
        }
    }

    private String otherPlatform(Download download) {
        return download.platforms().stream().filter(other -> Files.exists(new Installation(folder, other).classPathFile(download))).findFirst().orElse("");
    }
}
