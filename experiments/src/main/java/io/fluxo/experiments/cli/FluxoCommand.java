package io.fluxo.experiments.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/** A command with the common options; its result is the exit status. */
abstract class FluxoCommand implements Callable<Integer> {

    @Mixin
    final CommonOptions common = new CommonOptions();

    final Terminal terminal;
    private final Function<Optional<Path>, Workbench> workbenches;
    private final List<String> arguments;

    FluxoCommand(Session session) {
        this.terminal = session.terminal();
        this.workbenches = session.workbenches();
        this.arguments = session.arguments();
    }

    /**
     * What all commands of one call share.
     *
     * @param workbenches makes the workbench, given the folder of plugins; called only by commands that need it
     * @param arguments   the command line as typed
     */
    record Session(Terminal terminal, Function<Optional<Path>, Workbench> workbenches, List<String> arguments) {}

    @Override
    public final Integer call() throws Exception {
        common.check();
        return run().code();
    }

    abstract ExitStatus run() throws Exception;

    final Workbench workbench() {
        Workbench workbench = workbenches.apply(common.pluginFolder());
        workbench.warnings().forEach(warning -> terminal.err().println("fluxo: " + warning));
        return workbench;
    }

    /** The command line as it could be typed again in a POSIX shell. */
    final String typed() {
        StringBuilder line = new StringBuilder("./fluxo");
        for (String argument : arguments) {
            boolean plain = argument.matches("[A-Za-z0-9_@%+=:,./-]+");
            line.append(' ').append(plain ? argument : "'" + argument.replace("'", "'\\''") + "'");
        }
        return line.toString();
    }
}
