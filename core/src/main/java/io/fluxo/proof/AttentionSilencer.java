package io.fluxo.proof;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import java.util.function.Predicate;

/**
 * Takes attention away from a model as it is: zeros at {@code hook_attn_out}, on any backend, whatever the block calls attention. A block
 * without that hook point keeps its attention.
 *
 * @param backend what the model runs on
 * @param blocks  in which blocks, by path: {@code blocks.0}
 */
public record AttentionSilencer(Backend backend, Predicate<String> blocks) implements Hooks {

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
