package io.fluxo.stream;

import io.fluxo.op.Ops;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Observes or replaces values at hook points while a model runs. */
public interface Hooks {

    /** Does nothing at any point. */
    Hooks NONE = new Hooks() {
        @Override
        public boolean wants(HookPoint point) {
            return false;
        }

        @Override
        public Tensor at(HookPoint point, Tensor value) {
            return value;
        }
    };

    /** Whether {@link #at} is to be called for {@code point}. */
    boolean wants(HookPoint point);

    /** Called with the value at {@code point}; the model continues with the returned value, of the same shape. */
    Tensor at(HookPoint point, Tensor value);

    /**
     * The same, for hooks that compute. A pass calls this.
     *
     * @param ops of the pass
     */
    default Tensor at(Ops ops, HookPoint point, Tensor value) {
        return at(point, value);
    }

    /**
     * Told that an operation runs as its composition instead of its kernel because these hooks want the value at {@code point}: results may differ by rounding from
     * those of a run without hooks.
     */
    default void composed(HookPoint point) {}

    /**
     * Names or patterns of points without which these hooks would do nothing. A model that has no point of such a name, nor alias, refuses to run with them, and
     * a run that reaches none is an error.
     */
    default Set<String> names() {
        return Set.of();
    }

    /** These hooks with further names for points: alias → name. */
    default Hooks withAliases(Map<String, String> aliases) {
        return new Aliases(this, aliases);
    }

    /** All of {@code hooks}, each seeing what the one before it returned. */
    static Hooks all(List<Hooks> hooks) {
        List<Hooks> several = List.copyOf(hooks);
        return new Hooks() {
            @Override
            public boolean wants(HookPoint point) {
                return several.stream().anyMatch(one -> one.wants(point));
            }

            @Override
            public Tensor at(HookPoint point, Tensor value) {
                Tensor current = value;
                for (Hooks one : several) {
                    current = one.wants(point) ? one.at(point, current) : current;
                }
                return current;
            }

            @Override
            public Tensor at(Ops ops, HookPoint point, Tensor value) {
                Tensor current = value;
                for (Hooks one : several) {
                    current = one.wants(point) ? one.at(ops, point, current) : current;
                }
                return current;
            }

            @Override
            public void composed(HookPoint point) {
                several.stream().filter(one -> one.wants(point)).forEach(one -> one.composed(point));
            }

            @Override
            public Set<String> names() {
                return several.stream().flatMap(one -> one.names().stream()).collect(Collectors.toUnmodifiableSet());
            }
        };
    }
}
