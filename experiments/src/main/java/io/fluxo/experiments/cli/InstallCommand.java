package io.fluxo.experiments.cli;

import io.fluxo.cuda.natives.Download;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.install.Installer;
import io.fluxo.text.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "install", mixinStandardHelpOptions = true,
        description = "Fetches the machine code of an optional backend, or Spark, through Maven; says the size first, and asks.")
final class InstallCommand extends FluxoCommand<CommonOptions> {

    @Parameters(paramLabel = "nd4j-native|nd4j-cuda|torch|spark", description = "what to fetch")
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
        Download download = download();
        Installer installer = installers.get();
        if (installer.isInstalled(download)) {
            terminal.out().println(Text.format("%s is installed", download.label()));
            return ExitStatus.AS_EXPECTED;
        }
        terminal.err().println(installer.announcement(download));
        installer.doubt(download).ifPresent(doubt -> terminal.err().println("it would not run here: " + doubt));
        if (!yes && !agreed()) {
            terminal.err().println("nothing was downloaded");
            return ExitStatus.AS_EXPECTED;
        }
        installer.install(download);
        terminal.out().println(Text.format("%s is installed: use %s", download.label(), Installer.use(download)));
        return ExitStatus.AS_EXPECTED;
    }

    private Download download() {
        List<String> names = Installer.downloads().stream().map(Download::label).toList();
        return Installer.downloads().stream().filter(download -> download.label().equals(what)).findFirst()
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
