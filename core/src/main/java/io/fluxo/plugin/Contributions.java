package io.fluxo.plugin;

import io.fluxo.setting.PartKind;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** What one plugin brings, in the order in which it adds it. */
public final class Contributions {

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
     * @param name under which a specification names it: {@code placement: name}
     */
    public <P> void add(PartKind<P> kind, String name, P part) {
        if (kind == null || name == null || name.isBlank() || part == null) {
            String what = kind == null ? "part" : kind.name();
            throw new IllegalArgumentException(Text.format("a %s needs a name and may not be null; here are the name %s and the %s %s", what, name, what, part));
        }
        all.add(new Contribution<>(kind, name, part));
    }
}
