package io.fluxo.experiments.main;

import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.lab.Laboratory;
import java.util.Locale;

/** What {@code ./fluxo} starts. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // libraries format too: progress bars, option parsers
        Terminal terminal = Terminal.system();
        System.setOut(System.err); // standard output belongs to results: a plugin that prints is read elsewhere
        System.exit(new Cli(terminal, Laboratory::open).run(arguments));
    }
}
