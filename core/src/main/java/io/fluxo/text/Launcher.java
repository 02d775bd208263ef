package io.fluxo.text;

/** How this program was called, for messages that suggest a command: what they say can be copied into a POSIX shell and run. */
public final class Launcher {

    /** Set by the launcher, which alone knows how it was typed. */
    private static final String PROPERTY = "fluxo.command";

    private Launcher() {}

    /** The launcher as it was typed: {@code ./fluxo}, {@code ../tools/fluxo}, or {@code fluxo} where it is on the PATH. */
    public static String command() {
        return quoted(System.getProperty(PROPERTY, "./fluxo"));
    }

    /** {@code argument} as one word, in quotes where it needs them. */
    public static String quoted(Object argument) {
        String word = argument.toString();
        return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** A call of Fluxo. */
    public static String line(Iterable<?> arguments) {
        StringBuilder line = new StringBuilder(command());
        arguments.forEach(argument -> line.append(' ').append(quoted(argument)));
        return line.toString();
    }
}
