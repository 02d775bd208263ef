package io.fluxo.plugin;

import io.fluxo.plugin.Contributions.Contribution;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.PartKind;
import io.fluxo.setting.Violation;
import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/** The parts that there are: for each kind, name → part, in the order in which they were registered. Immutable. */
public final class Catalog {

    private final Map<PartKind<?>, SequencedMap<String, Object>> parts;

    private Catalog(Map<PartKind<?>, SequencedMap<String, Object>> parts) {
        this.parts = parts;
    }

    /**
     * What {@code plugins} bring.
     *
     * @throws IllegalArgumentException where two parts of one kind have one name
     */
    public static Catalog of(FluxoPlugin... plugins) {
        List<Contribution<?>> all = new ArrayList<>();
        for (FluxoPlugin plugin : plugins) {
            all.addAll(Contributions.of(plugin));
        }
        return new Catalog(Map.of()).plus(all);
    }

    /** This catalogue and more. */
    public Catalog plus(List<Contribution<?>> more) {
        Map<PartKind<?>, SequencedMap<String, Object>> all = new LinkedHashMap<>();
        parts.forEach((kind, known) -> all.put(kind, new LinkedHashMap<>(known)));
        more.forEach(one -> {
            if (all.computeIfAbsent(one.kind(), _ -> new LinkedHashMap<>()).putIfAbsent(one.name(), one.part()) != null) {
                throw new IllegalArgumentException(Text.format("the %s is registered twice", one.called()));
            }
        });
        return new Catalog(all);
    }

    /** This catalogue and one part more. */
    public <P> Catalog plus(PartKind<P> kind, String name, P part) {
        return plus(List.of(new Contribution<>(kind, name, part)));
    }

    /** This catalogue with {@code change} of each part of one kind. */
    public <P> Catalog changed(PartKind<P> kind, UnaryOperator<P> change) {
        Map<PartKind<?>, SequencedMap<String, Object>> all = new LinkedHashMap<>(parts);
        SequencedMap<String, Object> changed = new LinkedHashMap<>();
        all(kind).forEach((name, part) -> changed.put(name, change.apply(part)));
        all.put(kind, changed);
        return new Catalog(all);
    }

    /** This catalogue with another part in the place of the one called {@code name}. */
    public <P> Catalog replacing(PartKind<P> kind, String name, P part) {
        if (find(kind, name).isEmpty()) {
            throw new IllegalArgumentException(unknown(kind, name));
        }
        SequencedMap<String, Object> changed = new LinkedHashMap<>(all(kind));
        changed.put(name, part);
        Map<PartKind<?>, SequencedMap<String, Object>> all = new LinkedHashMap<>(parts);
        all.put(kind, changed);
        return new Catalog(all);
    }

    /** The parts of one kind: name → part. */
    @SuppressWarnings("unchecked") // registered under a kind of this type
    public <P> SequencedMap<String, P> all(PartKind<P> kind) {
        return Collections.unmodifiableSequencedMap((SequencedMap<String, P>) parts.getOrDefault(kind, new LinkedHashMap<>()));
    }

    /** The names of the parts of one kind. */
    public List<String> names(PartKind<?> kind) {
        return List.copyOf(all(kind).keySet());
    }

    /** The part called {@code name}; empty where there is none. */
    public <P> Optional<P> find(PartKind<P> kind, String name) {
        return Optional.ofNullable(all(kind).get(name));
    }

    /** The part that {@code choice} names, with the values it gives to the part's own keys; empty where there is none of that name. */
    public <P extends Part<P>> Optional<P> find(PartKind<P> kind, Choice choice) {
        return find(kind, choice.name()).map(part -> part.keys().isEmpty() ? part : part.with(new OwnSettings(new Keys(part.keys()), choice.own())));
    }

    /**
     * The part that {@code choice} names, with the values it gives to the part's own keys.
     *
     * @throws IllegalArgumentException where there is none of that name
     */
    public <P extends Part<P>> P part(PartKind<P> kind, Choice choice) {
        return find(kind, choice).orElseThrow(() -> new IllegalArgumentException(unknown(kind, choice.name())));
    }

    /** The keys that the part called {@code name} brings; none where there is no such part. */
    public Keys keys(PartKind<?> kind, String name) {
        return find(kind, name).<Keys>map(part -> part instanceof Part<?> keyed ? new Keys(keyed.keys()) : Keys.of()).orElse(Keys.of());
    }

    /** What is wrong with {@code choice} as the value of {@code key}: no such part, or illegal values of its own keys. */
    public List<Violation> violations(String key, PartKind<?> kind, Choice choice) {
        if (find(kind, choice.name()).isEmpty()) {
            return List.of(new Violation(key, unknown(kind, choice.name())));
        }
        Keys own = keys(kind, choice.name());
        List<Violation> found = new ArrayList<>();
        choice.own().forEach((name, value) -> own.find(name).ifPresentOrElse(declared -> found.addAll(illegal(key, declared, value)),
                () -> found.add(new Violation(key, Text.format("the %s '%s' has no key '%s'; it has %s", kind.name(), choice.name(), name,
                        own.all().isEmpty() ? "none" : String.join(", ", own.names()))))));
        if (found.isEmpty() && !choice.own().isEmpty()) {
            refusal(kind, choice).ifPresent(why -> found.add(new Violation(key, Text.format("the %s %s %s", kind.name(), choice, why))));
        }
        return found;
    }

    /** Why the part cannot take the values that {@code choice} gives to its own keys: it says so, or it breaks on them. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // a part that has keys is a Part of its own kind
    private <P> Optional<String> refusal(PartKind<P> kind, Choice choice) {
        P part = find(kind, choice.name()).orElseThrow();
        OwnSettings own = new OwnSettings(keys(kind, choice.name()), choice.own());
        try {
            Object given = ((Part) part).with(own);
            return given == null ? Optional.of("returns null from with(OwnSettings)") : kind.objection().apply(choice.name(), (P) given);
        } catch (IllegalArgumentException said) {
            return Optional.of(said.getMessage() == null ? "cannot take these values" : said.getMessage());
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the part
        } catch (RuntimeException | Error broken) {
            return Optional.of(Text.format("throws from with(OwnSettings): %s", broken));
        }
    }

    @SuppressWarnings("unchecked") // looked at before
    private static <T> List<Violation> illegal(String within, Key<T> key, Object value) {
        if (!key.type().holds(value)) {
            return List.of(new Violation(within, Text.format("%s cannot be %s", key.name(), value)));
        }
        return key.violations((T) value).stream().map(violation -> new Violation(within, violation.message())).toList();
    }

    private String unknown(PartKind<?> kind, String name) {
        return Spelling.legal("unknown " + kind.name(), name, names(kind));
    }
}
