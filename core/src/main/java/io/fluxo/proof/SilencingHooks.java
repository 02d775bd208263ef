package io.fluxo.proof;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import java.util.function.Predicate;

/**
 * Silences attention in a model that is built already: zeros at {@code hook_attn_out}, on any backend, whatever the attention is made of. A block
 * without that hook point keeps its attention.
 *
 * @param backend what the model runs on
 * @param blocks  in which blocks, by path: {@code blocks.0}
 */
public record SilencingHooks(Backend backend, Predicate<String> blocks) implements Hooks {

    static final String OUTPUT = ".hook_attn_out";

    @Override
    public boolean wants(HookPoint point) {
        String name = point.name();
        return name.endsWith(OUTPUT) && blocks.test(name.substring(0, name.length() - OUTPUT.length()));
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        Ops ops = new Ops(backend);
        return ops.expand(ops.zerosLike(value), value.shape());
    }
}
