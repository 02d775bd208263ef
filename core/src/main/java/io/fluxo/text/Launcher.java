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

    /** {@code argument} as one word. */
    public static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
