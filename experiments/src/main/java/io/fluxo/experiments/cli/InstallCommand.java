package io.fluxo.experiments.cli;

import io.fluxo.cuda.natives.Natives;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.install.Installer;
import io.fluxo.text.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "install", mixinStandardHelpOptions = true,
        description = "Fetches the machine code of an optional backend through Maven; says the size first, and asks.")
final class InstallCommand extends FluxoCommand<CommonOptions> {

    @Parameters(paramLabel = "nd4j-native|nd4j-cuda|torch", description = "what to fetch")
    private String what;

    @Option(names = "--yes", description = "do not ask")
    private boolean yes;

    private final Supplier<Installer> installers;
    private final InputStream answers;

    InstallCommand(Session session, Supplier<Installer> installers, InputStream answers) {
        super(session, new CommonOptions());
        this.installers = installers;
        this.answers = answers;
    }

    @Override
    ExitStatus run() throws IOException, InterruptedException {
        Natives natives = natives();
        Installer installer = installers.get();
        if (installer.isInstalled(natives)) {
            terminal.out().println(Text.format("%s is installed", natives.label()));
            return ExitStatus.AS_EXPECTED;
        }
        terminal.err().println(installer.announcement(natives));
        installer.doubt(natives).ifPresent(doubt -> terminal.err().println("it would not run here: " + doubt));
        if (!yes && !agreed()) {
            terminal.err().println("nothing was downloaded");
            return ExitStatus.AS_EXPECTED;
        }
        installer.install(natives);
        terminal.out().println(Text.format("%s is installed: use --backend %s", natives.label(), natives.label()));
        return ExitStatus.AS_EXPECTED;
    }

    private Natives natives() {
        List<String> names = Arrays.stream(Natives.values()).map(Natives::label).toList();
        return Arrays.stream(Natives.values()).filter(natives -> natives.label().equals(what)).findFirst()
                .orElseThrow(() -> new BadInput("install: " + BadInput.legal("there is nothing called", what, names)));
    }

    private boolean agreed() throws IOException {
        terminal.err().print("download? [y/N] ");
        terminal.err().flush();
        String answer = new BufferedReader(new InputStreamReader(answers, StandardCharsets.UTF_8)).readLine();
        if (answer == null) {
            terminal.err().println();
            throw new BadInput("install: nobody is there to answer; give --yes to download without being asked");
        }
        return List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
    }
}
