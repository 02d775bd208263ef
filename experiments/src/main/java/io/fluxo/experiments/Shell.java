package io.fluxo.experiments;

/** Commands as a person types them in a POSIX shell: what a message tells someone to do can be copied and works. */
public final class Shell {

    /** How the launcher was called; it says so itself. */
    private static final String COMMAND = "fluxo.command";

    private Shell() {}

    /** The beginning of a command line: {@code ./fluxo}, or whatever else the launcher was called by. */
    public static String fluxo() {
        return word(System.getProperty(COMMAND, "./fluxo"));
    }

    /** {@code text} as one word, in quotes where it needs them. */
    public static String word(Object text) {
        String plain = text.toString();
        return plain.matches("[A-Za-z0-9_@%+=:,./-]+") ? plain : "'" + plain.replace("'", "'\\''") + "'";
    }

    /** A call of Fluxo. */
    public static String line(Iterable<?> arguments) {
        StringBuilder line = new StringBuilder(fluxo());
        arguments.forEach(argument -> line.append(' ').append(word(argument)));
        return line.toString();
    }
}
