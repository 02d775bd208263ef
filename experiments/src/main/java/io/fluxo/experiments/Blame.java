package io.fluxo.experiments;

import io.fluxo.layer.BrokenPartException;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Optional;

/**
 * Says whose part went wrong, so that a message names a plugin's class and its jar and not Fluxo.
 *
 * @param plugins loads plugins from a folder
 */
public record Blame(ClassLoader plugins) {

    /** Where there are no plugins. */
    public static final Blame NOBODY = new Blame(Blame.class.getClassLoader());

    /**
     * What went wrong, in a sentence: {@code example.Block of example.jar: java.lang.NullPointerException: …}. No class is named where no plugin ran.
     */
    public String message(Throwable thrown) {
        return culprit(thrown).map(name -> name + ": ").orElse("") + said(thrown);
    }

    /** {@code thrown} as a plugin's failure where a plugin's part is to blame for it; empty where none is, and where the machine's memory is. */
    public Optional<BrokenPlugin> plugin(Throwable thrown) {
        boolean blamed = !(thrown instanceof OutOfMemoryError) && (thrown instanceof BrokenPartException || culprit(thrown).isPresent());
        return blamed ? Optional.of(new BrokenPlugin(message(thrown), thrown)) : Optional.empty();
    }

    /** The plugin's class that ran when {@code thrown} was, the innermost one; empty where none did. */
    public Optional<String> culprit(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace()).flatMap(frame -> fromPlugin(frame.getClassName()).stream()).findFirst()
                .or(() -> Optional.ofNullable(thrown.getCause()).flatMap(this::culprit));
    }

    private Optional<String> fromPlugin(String name) {
        try {
            Class<?> code = Class.forName(name, false, plugins);
            return code.getClassLoader() == plugins && plugins != Blame.class.getClassLoader() ? Optional.of(Origin.of(code)) : Optional.empty();
        } catch (ClassNotFoundException | LinkageError hidden) {
            return Optional.empty(); // a class without a name, such as a lambda's
        }
    }

    /** Fluxo's own exceptions, and the two that carry a message for people, say what they mean; of others the class is part of it. */
    public static String said(Throwable thrown) {
        Class<?> kind = thrown.getClass();
        boolean explains = kind == IllegalStateException.class || kind == IllegalArgumentException.class || kind.getName().startsWith("io.fluxo.");
        return switch (thrown) {
            case ExceptionInInitializerError initializer when initializer.getCause() != null -> said(initializer.getCause());
            case StackOverflowError _ -> Text.format("%s: it calls itself without end", thrown.getClass().getName());
            case Throwable _ when explains && thrown.getMessage() != null -> thrown.getMessage();
            default -> thrown.toString();
        };
    }
}
