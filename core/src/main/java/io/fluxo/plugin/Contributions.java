package io.fluxo.plugin;

import io.fluxo.setting.PartKind;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What one plugin brings, in the order in which it adds it. */
public final class Contributions {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final List<Contribution<?>> all = new ArrayList<>();

    /**
     * One part.
     *
     * @param name under which a specification names it
     */
    public record Contribution<P>(PartKind<P> kind, String name, P part) {

        /** How messages call it: {@code placement 'example-parallel'}. */
        public String called() {
            return Text.format("%s '%s'", kind.name(), name);
        }
    }

    /** What {@code plugin} brings. */
    public static List<Contribution<?>> of(FluxoPlugin plugin) {
        Contributions made = new Contributions();
        plugin.contribute(made);
        return List.copyOf(made.all);
    }

    /**
     * Adds a part.
     *
     * @param kind what it is: {@code Placement.KIND}
     * @param name under which a specification names it: {@code placement: name}. Letters, digits, '.', '_' or '-', beginning with a letter or digit: names
     *             stand in tables and in the names of folders
     * @throws IllegalArgumentException where the part cannot be used; the message names it
     */
    public <P> void add(PartKind<P> kind, String name, P part) {
        if (kind == null || name == null || name.isBlank() || part == null) {
            String what = kind == null ? "part" : kind.name();
            throw new IllegalArgumentException(Text.format("a %s needs a name and may not be null; here are the name %s and the %s %s", what, name, what, part));
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(Text.format("a name must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit; the %s is called '%s'",
                    kind.name(), name.replaceAll("\\p{Cntrl}", "?")));
        }
        Contribution<P> made = new Contribution<>(kind, name, part);
        if (!kind.type().isInstance(part)) {
            throw new IllegalArgumentException(Text.format("the %s is a %s, and no %s", made.called(), part.getClass().getName(), kind.type().getName()));
        }
        objection(kind, name, part).ifPresent(objection -> {
            throw new IllegalArgumentException(Text.format("the %s %s", made.called(), objection));
        });
        all.add(made);
    }

    /** Why it cannot be registered under that name; among the reasons is that it breaks when it is asked. */
    private static <P> Optional<String> objection(PartKind<P> kind, String name, P part) {
        try {
            return kind.objection().apply(name, part);
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the part
        } catch (RuntimeException | Error thrown) {
            return Optional.of(Text.format("cannot be asked what it is: %s", thrown));
        }
    }
}
