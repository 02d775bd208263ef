package io.fluxo.cuda.nd4j;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code ./fluxo install} remembers, in one folder: for each kind of natives and platform a file that names the jars in Maven's local
 * repository, and the libraries that nd4j unpacks from them. Deleting the folder undoes every install.
 *
 * @param folder   {@code .natives} in Fluxo's own folder
 * @param platform this machine, as {@link Natives#platform} names it
 */
public record Installation(Path folder, String platform) {

    /** The installation of this program on this machine. */
    public static Installation here() {
        return new Installation(Path.of(System.getProperty("fluxo.home", "")).toAbsolutePath().normalize().resolve(".natives"), Natives.platform());
    }

    /** What there is of one kind of natives. */
    public sealed interface State {

        /** @param jars nd4j with its natives and all they need */
        record Installed(List<Path> jars) implements State {}

        /** @param reason why it cannot be used and what would help, in one line */
        record Absent(String reason) implements State {}
    }

    /** The file that names the jars of {@code natives}, separated as in a class path. */
    public Path classPathFile(Natives natives) {
        return folder.resolve(natives.label() + "-" + platform + ".classpath");
    }

    /** Where nd4j unpacks its libraries. */
    Path cache() {
        return folder.resolve("cache");
    }

    public State of(Natives natives) {
        String command = "./fluxo install " + natives.label();
        if (!natives.platforms().contains(platform)) {
            return new State.Absent("%s has no natives for %s (only for %s)".formatted(natives.label(), platform, String.join(", ", natives.platforms())));
        }
        Path file = classPathFile(natives);
        if (!Files.exists(file)) {
            String elsewhere = otherPlatform(natives);
            return new State.Absent(elsewhere.isEmpty()
                    ? "natives not installed: %s fetches them (about %,d MB)".formatted(command, natives.megabytes(platform))
                    : "natives are installed for %s, and this is %s: %s".formatted(elsewhere, platform, command));
        }
        try {
            List<Path> jars = Arrays.stream(Files.readString(file).strip().split(File.pathSeparator)).map(Path::of).toList();
            return jars.stream().filter(jar -> !Files.isReadable(jar)).findFirst()
                    .<State>map(gone -> new State.Absent("natives were installed, but %s is gone: %s again".formatted(gone, command)))
                    .orElseGet(() -> new State.Installed(jars));
        } catch (IOException unreadable) {
            return new State.Absent("%s cannot be read: %s again".formatted(file, command));
        }
    }

    private String otherPlatform(Natives natives) {
        return natives.platforms().stream().filter(other -> Files.exists(new Installation(folder, other).classPathFile(natives))).findFirst().orElse("");
    }
}
