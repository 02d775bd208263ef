package io.fluxo.experiments.cli;

import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.study.TrialExecutor;

/** The program with the synthetic executor, for tests that need a process of their own; {@code -Dpause=MS} makes each trial wait first. */
public final class SyntheticMain {

    private SyntheticMain() {}

    public static void main(String[] arguments) {
        int pause = Integer.getInteger("pause", 0);
        SyntheticExecutor synthetic = new SyntheticExecutor(3.1);
        TrialExecutor executor = (trial, task, directory, listener) -> {
            for (int waited = 0; waited < pause && !listener.cancelled(); waited += 5) {
                Thread.sleep(5);
            }
            return synthetic.execute(trial, task, directory, listener);
        };
        System.exit(new Cli(Terminal.system(), plugins -> new FakeWorkbench(executor)).run(arguments));
    }
}
