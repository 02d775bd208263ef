package io.fluxo.stream;

import io.fluxo.op.Ops;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hooks that also see points under further names. */
final class Aliases implements Hooks {

    private final Hooks hooks;
    private final Map<String, List<String>> names = new HashMap<>();

    /** @param aliases alias → name */
    Aliases(Hooks hooks, Map<String, String> aliases) {
        this.hooks = hooks;
        aliases.forEach((alias, name) -> names.computeIfAbsent(name, key -> new ArrayList<>()).add(alias));
        names.replaceAll((name, all) -> List.copyOf(all));
    }

    private HookPoint named(HookPoint point) {
        List<String> aliases = names.get(point.name());
        return aliases == null ? point : new HookPoint(point.name(), point.interior(), aliases);
    }

    /** A block tells the names of its points, which its model has told already. */
    @Override
    public Hooks withAliases(Map<String, String> aliases) {
        boolean known = aliases.entrySet().stream().allMatch(alias -> names.getOrDefault(alias.getValue(), List.of()).contains(alias.getKey()));
        return known ? this : new Aliases(this, aliases);
    }

    @Override
    public boolean wants(HookPoint point) {
        return hooks.wants(named(point));
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        return hooks.at(named(point), value);
    }

    @Override
    public Tensor at(Ops ops, HookPoint point, Tensor value) {
        return hooks.at(ops, named(point), value);
    }

    @Override
    public void composed(HookPoint point) {
        hooks.composed(named(point));
    }

    @Override
    public Set<String> names() {
        return hooks.names();
    }
}
