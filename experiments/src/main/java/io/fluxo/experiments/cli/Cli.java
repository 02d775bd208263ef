package io.fluxo.experiments.cli;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Shell;
import io.fluxo.experiments.install.Installer;
import io.fluxo.experiments.study.Environment;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code ./fluxo}: parses the command line, runs a command, and turns whatever happens into an exit status and one message. */
public final class Cli {

    private final Terminal terminal;
    private final Function<Optional<Path>, Workbench> workbenches;

    /** @param workbenches makes the workbench, given {@code --plugins} */
    public Cli(Terminal terminal, Function<Optional<Path>, Workbench> workbenches) {
        this.terminal = terminal;
        this.workbenches = workbenches;
    }

    @Command(name = "fluxo", mixinStandardHelpOptions = true, versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND",
            description = "A laboratory for the transformer's residual stream.",
            footer = {"", "Exit status: 0 as expected, 1 not as expected, 2 bad input, 3 backend unavailable, 130 interrupted."})
    private static final class Root implements Runnable {

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), Text.format("no command given (commands: %s)", String.join(", ", spec.subcommands().keySet())));
        }
    }

    private static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"fluxo " + Environment.version("fluxo")};
        }
    }

    /** @return the exit status */
    public int run(String... arguments) {
        FluxoCommand.Session session = new FluxoCommand.Session(terminal, workbenches, List.of(arguments));
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new BackendsCommand(session))
                .addSubcommand(new VerifyCommand(session))
                .addSubcommand(new AblateCommand(session))
                .addSubcommand(new TrainCommand(session))
                .addSubcommand(new SchemaCommand(session))
                .addSubcommand(new BenchCommand(session))
                .addSubcommand(new InstallCommand(session, Installer::here, System.in))
                .setOut(new java.io.PrintWriter(terminal.out(), true))
                .setErr(new java.io.PrintWriter(terminal.err(), true))
                .setUsageHelpAutoWidth(terminal.interactive())
                .setParameterExceptionHandler((problem, args) -> misused(problem))
                .setExecutionExceptionHandler((problem, command, parsed) -> failed(problem, command));
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            return tell(Text.format("not enough memory (the JVM may use %,d MB)", Runtime.getRuntime().maxMemory() >> 20), ExitStatus.NOT_AS_EXPECTED);
        }
    }

    private int misused(ParameterException problem) {
        String message = problem.getMessage().lines().findFirst().orElse("");
        if (problem instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()) {
            message += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
        }
        String help = problem.getCommandLine().getCommandSpec().qualifiedName(" ");
        terminal.err().println(Text.format("fluxo: %s; see %s --help", message, help.replaceFirst("^fluxo", Matcher.quoteReplacement(Shell.fluxo()))));
        return ExitStatus.BAD_INPUT.code();
    }

    private int failed(Exception problem, CommandLine command) {
        boolean debug = command.getCommand() instanceof FluxoCommand fluxo && fluxo.common.debug;
        PrintStream err = terminal.err();
        if (debug) {
            problem.printStackTrace(err);
        }
        return switch (problem) {
            case BadInput bad -> tell(bad.getMessage(), ExitStatus.BAD_INPUT);
            case BackendUnavailable unavailable -> tell(unavailable.getMessage(), ExitStatus.BACKEND_UNAVAILABLE);
            case InterruptedException interrupted -> tell("interrupted", ExitStatus.INTERRUPTED);
            case UncheckedIOException io -> tell(io.getMessage(), ExitStatus.NOT_AS_EXPECTED);
            case IOException io -> tell("cannot read or write: " + io.getMessage(), ExitStatus.NOT_AS_EXPECTED);
            default -> tell(Text.format("an error in Fluxo itself: %s%s", problem, debug ? "" : " (--debug shows where)"), ExitStatus.NOT_AS_EXPECTED);
        };
    }

    private int tell(String message, ExitStatus status) {
        terminal.err().println("fluxo: " + message);
        return status.code();
    }
}
