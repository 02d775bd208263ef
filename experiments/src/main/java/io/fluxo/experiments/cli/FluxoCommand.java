package io.fluxo.experiments.cli;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.BrokenPlugin;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine;

/**
 * A command; its result is the exit status.
 *
 * @param <O> the options that it shares with others, and no more of them than it uses
 */
abstract class FluxoCommand<O extends CommonOptions> implements Callable<Integer> {

    @Mixin
    final O common;

    @CommandLine.Spec
    private CommandSpec spec;

    final Terminal terminal;
    final Interruption interruption;
    private final Function<Optional<Path>, Workbench> workbenches;
    private final List<String> arguments;

    /** Says whose part went wrong; nobody's until there is a workbench. */
    private Blame blame = Blame.NOBODY;

    FluxoCommand(Session session, O common) {
        this.common = common;
        this.terminal = session.terminal();
        this.interruption = session.interruption();
        this.workbenches = session.workbenches();
        this.arguments = session.arguments();
    }

    /**
     * What all commands of one call share.
     *
     * @param workbenches makes the workbench, given the folder of plugins; called only by commands that need it
     * @param arguments   the command line as typed
     */
    record Session(Terminal terminal, Interruption interruption, Function<Optional<Path>, Workbench> workbenches, List<String> arguments) {}

    /**
     * Refuses options that {@code mode} would ignore.
     *
     * @param with the options that it takes all the same, besides those for output and plugins
     * @throws BadInput that names the first other one
     */
    final void refuseOtherOptions(String mode, String... with) {
        Set<String> taken = new HashSet<>(List.of(mode, "--json", "--plugins", "--quiet", "--debug"));
        taken.addAll(List.of(with));
        CommandLine.ParseResult given = spec.commandLine().getParseResult();
        Stream.concat(given.matchedOptions().stream().map(OptionSpec::longestName), given.matchedPositionals().stream().map(PositionalParamSpec::paramLabel))
                .filter(name -> !taken.contains(name)).findFirst().ifPresent(name -> {
                    throw new BadInput(Text.format("%s does nothing with %s: leave one of them out", name, mode));
                });
    }

    @Override
    public final Integer call() throws Exception {
        common.check();
        try {
            return run().code();
        } catch (BadInput | BackendUnavailable | BrokenPlugin | UncheckedIOException said) {
            throw said;
        } catch (RuntimeException | Error failed) {
            Optional<BrokenPlugin> plugin = blame.plugin(failed);
            if (plugin.isPresent()) {
                throw plugin.get();
            }
            throw failed;
        }
    }

    abstract ExitStatus run() throws Exception;

    final Workbench workbench() {
        Workbench workbench = workbenches.apply(common.pluginFolder());
        blame = workbench.blame();
        workbench.warnings().forEach(warning -> terminal.err().println("fluxo: " + warning));
        return workbench;
    }

    /** The command line as it could be typed again in a POSIX shell. */
    final String typed() {
        return Launcher.line(arguments);
    }

    /** The same without an option and its value. */
    final String typedWithout(String option) {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals(option)) {
                i++;
            } else if (!arguments.get(i).startsWith(option + "=")) {
                rest.add(arguments.get(i));
            }
        }
        return Launcher.line(rest);
    }
}
