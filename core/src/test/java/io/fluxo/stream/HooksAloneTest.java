package io.fluxo.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.Handle;
import io.fluxo.op.Ops;
import io.fluxo.op.ShapesOnly;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hooks by themselves: what they want and what they pass on, with operations and without. */
class HooksAloneTest {

    private static final HookPoint HERE = HookPoint.boundary("blocks.0.hook_attn_out");
    private static final HookPoint THERE = HookPoint.boundary("blocks.1.hook_attn_out");

    private final Ops ops = new Ops(new ShapesOnly());
    private final Tensor value = Handle.f32(2, 5, 8);

    /** Puts {@code given} in the place of what stands at {@code name}, or at the point that is also called so. */
    private record Put(String name, Tensor given) implements Hooks {
        @Override
        public boolean wants(HookPoint point) {
            return new HookPattern(name).matches(point);
        }

        @Override
        public Tensor at(HookPoint point, Tensor value) {
            return given;
        }

        @Override
        public Set<String> names() {
            return Set.of(name);
        }
    }

    @Test
    void noHooksWantNothingAndChangeNothing() {
        assertThat(Hooks.NONE.wants(HERE)).isFalse();
        assertThat(Hooks.NONE.at(HERE, value)).isSameAs(value);
        assertThat(Hooks.NONE.at(ops, HERE, value)).isSameAs(value);
        assertThat(Hooks.NONE.names()).isEmpty();
    }

    @Test
    void severalWantWhatOneOfThemWantsAndEachSeesItsOwnPointsOnly() {
        Tensor first = Handle.f32(2, 5, 8);
        Tensor second = Handle.f32(2, 5, 8);
        Cache between = Cache.of(HERE.name());
        Hooks several = Hooks.all(List.of(new Put(HERE.name(), first), between, new Put(THERE.name(), second)));
        assertThat(several.wants(HERE)).isTrue();
        assertThat(several.wants(THERE)).isTrue();
        assertThat(several.wants(HookPoint.boundary("hook_embed"))).isFalse();
        assertThat(several.names()).containsExactlyInAnyOrder(HERE.name(), THERE.name());
        assertThat(several.at(HERE, value)).isSameAs(first);
        assertThat(between.get(HERE.name())).isSameAs(first);
        assertThat(several.at(THERE, value)).isSameAs(second);
        assertThat(several.at(ops, THERE, value)).isSameAs(second);
    }

    @Test
    void furtherNamesAreSeenWithOperationsAndWithout() {
        Tensor other = Handle.f32(2, 5, 8);
        Hooks hooks = new Put("blocks.0.t1", other);
        assertThat(hooks.wants(HERE)).isFalse();
        Hooks named = hooks.withAliases(Map.of("blocks.0.t1", HERE.name()));
        assertThat(named.wants(HERE)).isTrue();
        assertThat(named.wants(THERE)).isFalse();
        assertThat(named.names()).containsExactly("blocks.0.t1");
        assertThat(named.at(HERE, value)).isSameAs(other);
        Cache cache = Cache.of("blocks.0.t1");
        assertThat(cache.withAliases(Map.of("blocks.0.t1", HERE.name())).at(HERE, value)).isSameAs(value);
        assertThat(cache.get("blocks.0.t1")).as("it was told the alias").isSameAs(value);
    }

    @Test
    void aCacheKeepsWithoutOperationsAllButSomePositions() {
        Cache cache = Cache.boundaries();
        assertThat(cache.at(HERE, value)).isSameAs(value);
        assertThat(cache.values()).containsOnlyKeys(HERE.name()).containsValue(value);
        Cache last = Cache.boundaries().lastPosition();
        assertThatThrownBy(() -> last.at(HERE, value)).isInstanceOf(IllegalStateException.class)
                .hasMessage("cache at blocks.0.hook_attn_out: it takes operations to keep some positions; call at(ops, point, value)");
        assertThat(last.values()).isEmpty();
        Intervention zero = Intervention.zero(HERE.name());
        assertThatThrownBy(() -> zero.at(HERE, value)).isInstanceOf(IllegalStateException.class)
                .hasMessage("intervention at blocks.0.hook_attn_out: it takes operations to carry it out; call at(ops, point, value)");
    }

    @Test
    void aPointIsCalledByItsNameAndItsAliases() {
        HookPoint point = new HookPoint("blocks.0.hook_attn_out", false, List.of("blocks.0.t1"));
        assertThat(point.is("blocks.0.hook_attn_out")).isTrue();
        assertThat(point.is("blocks.0.t1")).isTrue();
        assertThat(point.is("blocks.0.t2")).isFalse();
    }

    @Test
    void aRunThatReachesNothingSaysSo() {
        Hooks hooks = new Put(HERE.name(), Handle.f32(2, 5, 8));
        Reached run = Reached.by(hooks, List.of(HERE.name(), THERE.name()));
        assertThat(run.names()).containsExactly(HERE.name());
        assertThatThrownBy(run::end).isInstanceOf(IllegalStateException.class)
                .hasMessage("the model has a hook point 'blocks.0.hook_attn_out', but this run did not reach it, so that the hook did nothing");
        assertThat(run.wants(THERE)).isFalse();
        assertThat(run.at(HERE, value)).isSameAs(((Put) hooks).given());
        run.end();
    }
}
