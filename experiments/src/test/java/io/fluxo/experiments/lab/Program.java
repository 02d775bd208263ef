package io.fluxo.experiments.lab;

import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** The program on its real backends, as tests call it. */
final class Program {

    private Program() {}

    /** How a call ended. */
    record Ran(int status, String out, String err) {}

    static Ran fluxo(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, Laboratory::open).run(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
