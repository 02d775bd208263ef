package io.fluxo.experiments.cli;

import io.fluxo.experiments.lab.Laboratory;

/** What {@code ./fluxo} starts. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new Cli(Terminal.system(), Laboratory::open).run(arguments));
    }
}
