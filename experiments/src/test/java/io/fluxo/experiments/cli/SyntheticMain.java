package io.fluxo.experiments.cli;

import io.fluxo.experiments.SyntheticExecutor;

/** The program with the synthetic executor, for tests that need a process of their own. */
public final class SyntheticMain {

    private SyntheticMain() {}

    public static void main(String[] arguments) {
        System.exit(new Cli(Terminal.system(), plugins -> new FakeWorkbench(new SyntheticExecutor(3.1))).run(arguments));
    }
}
