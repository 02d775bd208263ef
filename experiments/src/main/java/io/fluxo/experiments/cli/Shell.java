package io.fluxo.experiments.cli;

import io.fluxo.text.Launcher;
import java.util.List;
import java.util.stream.Collectors;

/** Command lines that can be copied into a POSIX shell. */
final class Shell {

    private Shell() {}

    /** The launcher as it was typed. */
    static String command() {
        return Launcher.command();
    }

    static String quoted(String argument) {
        return Launcher.quoted(argument);
    }

    static String line(List<String> arguments) {
        return arguments.stream().map(Shell::quoted).collect(Collectors.joining(" ", command() + " ", "")).strip();
    }
}
