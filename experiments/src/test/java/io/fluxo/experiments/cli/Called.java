package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.workbench.Workbench;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** What a call of the program left. */
public record Called(int status, String out, String err) {

    /** A call of the real program. */
    public static Called fluxo(Object... arguments) {
        return called(Laboratory::open, arguments);
    }

    /** A call in which {@code executor} trains. */
    static Called with(TrialExecutor executor, Object... arguments) {
        return called(plugins -> new FakeWorkbench(executor), arguments);
    }

    private static Called called(Function<Optional<Path>, Workbench> workbenches, Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, workbenches).run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Called(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    Called succeeded() {
        assertThat(err).isEmpty();
        assertThat(status).isZero();
        return this;
    }

    /** Ended with {@code expected} and one message on standard error that contains {@code parts}. */
    Called refused(int expected, String... parts) {
        assertThat(err).contains(parts).startsWith("fluxo: ").doesNotContain("Exception");
        assertThat(err.lines()).as("one message").hasSize(1);
        assertThat(out).isEmpty();
        assertThat(status).isEqualTo(expected);
        return this;
    }
}
