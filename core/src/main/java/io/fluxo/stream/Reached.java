package io.fluxo.stream;

import io.fluxo.op.Ops;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The hooks of one run, and which of their points the run has reached: hooks that nothing reaches are an error, since they would be ignored without a word.
 */
public final class Reached implements Hooks {

    /** How many names a message suggests. */
    private static final int SUGGESTED = 5;

    private final Hooks hooks;
    private final List<HookPoint> reached = new ArrayList<>();

    private Reached(Hooks hooks) {
        this.hooks = hooks;
    }

    /**
     * Begins a run.
     *
     * @param known the model's hook points and their aliases
     * @throws IllegalArgumentException where the hooks wait at a name, or a pattern, that none of these has
     */
    public static Reached by(Hooks hooks, Collection<String> known) {
        for (String name : hooks.names()) {
            var pattern = new HookPattern(name);
            if (known.stream().noneMatch(pattern::matches)) {
                throw new IllegalArgumentException(Text.format("the model has no hook point '%s'; the nearest names are %s", name, near(name, known)));
            }
        }
        return new Reached(hooks);
    }

    /**
     * Ends the run.
     *
     * @throws IllegalStateException where it reached no point of a name that the hooks wait at
     */
    public void end() {
        for (String name : hooks.names()) {
            var pattern = new HookPattern(name);
            if (reached.stream().noneMatch(pattern::matches)) {
                throw new IllegalStateException(Text.format("the model has a hook point '%s', but this run did not reach it, so that the hook did nothing%s", name,
                        reached.isEmpty() ? "" : "; of the points it reached, the nearest are " + near(name, reached.stream().map(HookPoint::name).toList())));
            }
        }
    }

    private static String near(String name, Collection<String> names) {
        return String.join(", ", Spelling.near(name, names, SUGGESTED));
    }

    @Override
    public boolean wants(HookPoint point) {
        return hooks.wants(point);
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        reached.add(point);
        return hooks.at(point, value);
    }

    @Override
    public Tensor at(Ops ops, HookPoint point, Tensor value) {
        reached.add(point);
        return hooks.at(ops, point, value);
    }

    @Override
    public void composed(HookPoint point) {
        hooks.composed(point);
    }

    @Override
    public Set<String> names() {
        return hooks.names();
    }
}
