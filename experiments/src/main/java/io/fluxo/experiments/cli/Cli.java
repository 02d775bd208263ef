package io.fluxo.experiments.cli;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.BrokenPlugin;
import io.fluxo.experiments.install.Installer;
import io.fluxo.experiments.study.run.Environment;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code ./fluxo}: parses the command line, runs a command, and turns whatever happens into an exit status and one message. */
public final class Cli {

    private static final int NARROWEST_HELP = 60;
    private static final int WIDEST_HELP = 120;

    private final Terminal terminal;
    private final Function<Optional<Path>, Workbench> workbenches;

    /** @param workbenches makes the workbench, given {@code --plugins} */
    public Cli(Terminal terminal, Function<Optional<Path>, Workbench> workbenches) {
        this.terminal = terminal;
        this.workbenches = workbenches;
    }

    @Command(name = "fluxo", mixinStandardHelpOptions = true, versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND",
            description = "A laboratory for the transformer's residual stream.",
            footer = {"", "Exit status: 0 as expected, 1 not as expected, 2 bad input, 3 backend unavailable, 130 interrupted (143 by SIGTERM), "
                    + "141 nobody reads the output."})
    private static final class Root implements Runnable {

        @CommandLine.Spec
        private CommandSpec spec;

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
        try (Interruption interruption = new Interruption(terminal)) {
            StringWriter help = new StringWriter(); // written here: the parser would print the stack of a failure
            int status = line(new FluxoCommand.Session(terminal, interruption, workbenches, List.of(arguments)), help).execute(arguments);
            if (!help.getBuffer().isEmpty()) {
                terminal.out().print(help);
            }
            return status;
        } catch (FailingOutput.Failed gone) {
            return readerGone(gone);
        } catch (OutOfMemoryError e) {
            return tell(Text.format("not enough memory (the JVM may use %,d MB)", Runtime.getRuntime().maxMemory() >> 20), ExitStatus.NOT_AS_EXPECTED);
        } catch (Error e) { // what the parser's handler does not see: it takes exceptions alone
            return tell("an error in Fluxo itself: " + e, ExitStatus.NOT_AS_EXPECTED);
        }
    }

    private CommandLine line(FluxoCommand.Session session, StringWriter help) {
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new BackendsCommand(session))
                .addSubcommand(new VerifyCommand(session))
                .addSubcommand(new CompareCommand(session))
                .addSubcommand(new AblateCommand(session))
                .addSubcommand(new WorkCommand(session))
                .addSubcommand(new TrainCommand(session))
                .addSubcommand(new RunsCommand(session))
                .addSubcommand(new InspectCommand(session))
                .addSubcommand(new GenerateCommand(session))
                .addSubcommand(new SchemaCommand(session))
                .addSubcommand(new BenchCommand(session))
                .addSubcommand(new InstallCommand(session, Installer::here, System.in))
                .addSubcommand(new HelpCommand())
                .registerConverter(Path.class, new PathArgument())
                .setOut(new PrintWriter(help))
                .setErr(new PrintWriter(terminal.err(), true))
                .setParameterExceptionHandler((problem, args) -> misused(problem))
                .setExecutionExceptionHandler((problem, command, parsed) -> failed(problem, command));
        return terminal.outColumns() == 0 ? line : line.setUsageHelpWidth(Math.clamp(terminal.outColumns(), NARROWEST_HELP, WIDEST_HELP));
    }

    private int misused(ParameterException problem) {
        String message = problem.getMessage().lines().findFirst().orElse("").replaceFirst("\\.$", "");
        if (problem instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()) {
            message += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
        }
        CommandSpec command = problem.getCommandLine().getCommandSpec();
        return tell(Text.format("%s; see %s%s --help", message, Launcher.command(), command.parent() == null ? "" : " " + command.name()), ExitStatus.BAD_INPUT);
    }

    private int failed(Exception problem, CommandLine command) {
        boolean debug = command.getCommand() instanceof FluxoCommand<?> fluxo && fluxo.common.debug;
        PrintStream err = terminal.err();
        if (debug) {
            problem.printStackTrace(err);
        }
        return switch (problem) {
            case BadInput bad -> tell(bad.getMessage(), ExitStatus.BAD_INPUT);
            case BackendUnavailable unavailable -> tell(unavailable.getMessage(), ExitStatus.BACKEND_UNAVAILABLE);
            case InterruptedException interrupted -> tell("interrupted", ExitStatus.INTERRUPTED);
            case BrokenPlugin broken -> tell(broken.getMessage(), ExitStatus.NOT_AS_EXPECTED);
            case InvalidPathException path -> tell(PathArgument.message(path), ExitStatus.BAD_INPUT);
            case FailingOutput.Failed gone -> readerGone(gone);
            case UncheckedIOException io -> tell(io.getMessage(), ExitStatus.NOT_AS_EXPECTED);
            case IOException io -> tell("cannot read or write: " + io.getMessage(), ExitStatus.NOT_AS_EXPECTED);
            default -> tell(Text.format("an error in Fluxo itself: %s%s", problem, debug ? "" : " (--debug shows where)"), ExitStatus.NOT_AS_EXPECTED);
        };
    }

    /** Nothing reads standard output any more: a pipe that its reader has closed ends the program quietly, as SIGPIPE ends others. */
    private int readerGone(FailingOutput.Failed failure) {
        return failure.readerIsGone() ? ExitStatus.READER_GONE.code() : tell(failure.getMessage(), ExitStatus.NOT_AS_EXPECTED);
    }

    private int tell(String message, ExitStatus status) {
        terminal.err().println("fluxo: " + message);
        return status.code();
    }
}
