package io.fluxo.experiments.verify.measure;

import io.fluxo.block.Block;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Functions from the stream to what a block shows at its hook points, differentiable. */
public final class Shown {

    private Shown() {}

    /** x ↦ the value at {@code hook}, given within the block. */
    public static BiFunction<Pass, Tensor, Tensor> at(Block block, String hook) {
        return (pass, x) -> run(block, pass, x, hook).getFirst();
    }

    /** x ↦ the value at {@code hook} less the one at {@code subtracted}. */
    public static BiFunction<Pass, Tensor, Tensor> difference(Block block, String hook, String subtracted) {
        return (pass, x) -> {
            List<Tensor> seen = run(block, pass, x, hook, subtracted);
            return pass.sub(seen.get(0), seen.get(1));
        };
    }

    public static boolean has(Block block, String hook) {
        return block.hookPoints().stream().anyMatch(point -> point.name().equals(block.path() + "." + hook));
    }

    private static List<Tensor> run(Block block, Pass pass, Tensor x, String... hooks) {
        Map<String, Tensor> seen = new HashMap<>();
        List<String> names = Arrays.stream(hooks).map(hook -> block.path() + "." + hook).toList();
        block.forward(pass.with(new Hooks() {
            @Override
            public boolean wants(HookPoint point) {
                return names.contains(point.name());
            }

            @Override
            public Tensor at(HookPoint point, Tensor value) {
                seen.put(point.name(), value);
                return value;
            }
        }), x);
        return names.stream().map(seen::get).toList();
    }
}
