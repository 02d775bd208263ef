package io.fluxo.stream;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What hooks cost: forward passes without any, with hooks that want nothing, with a cache of all boundaries, and with one of everything, alternated, in CPU time
 * of the one thread that computes: other work on the machine is not counted. Not a test, since times are no property of the code alone: {@code docs/hooks.md} holds its figures.
 */
final class HookCost {

    private static final int ROWS = 8;
    private static final int TOKENS = 256;
    private static final int WARM = 20;

    private HookCost() {}

    /** @param args rounds */
    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        ThreadMXBean time = ManagementFactory.getThreadMXBean();
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, 4).with(ModelSpec.D_MODEL, 128).with(ModelSpec.N_HEADS, 4).with(ModelSpec.D_MLP, 512)
                .with(ModelSpec.N_CTX, TOKENS).with(ModelSpec.D_VOCAB, 256).with(ModelSpec.ACT_FN, "gelu").with(ModelSpec.NORM_AFFINE, true);
        try (Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
            model.initialize(simd, DType.F32, RandomKey.of(1));
            Tensor ids = simd.upload(HostArray.of(Shape.of(ROWS, TOKENS), IntStream.range(0, ROWS * TOKENS).map(i -> RandomKey.of(2).below(256, i)).toArray()));
            Map<String, Supplier<Hooks>> ways = new LinkedHashMap<>();
            ways.put("no hooks", () -> Hooks.NONE);
            ways.put("no hooks, again", () -> Hooks.NONE);
            ways.put("hooks that want nothing", () -> new Cache(_ -> false));
            ways.put("a cache of all boundaries", Cache::boundaries);
            ways.put("a cache of everything", Cache::everything);
            Map<String, double[]> times = new LinkedHashMap<>();
            ways.keySet().forEach(way -> times.put(way, new double[rounds]));
            for (int round = -WARM; round < rounds; round++) {
                for (Map.Entry<String, Supplier<Hooks>> way : ways.entrySet()) {
                    long start = time.getCurrentThreadCpuTime();
                    try (TensorScope _ = simd.openScope()) {
                        model.forward(Pass.evaluation(simd).with(way.getValue().get()), ids);
                    }
                    if (round >= 0) {
                        times.get(way.getKey())[round] = (time.getCurrentThreadCpuTime() - start) / 1e6;
                    }
                }
            }
            double[] base = times.get("no hooks");
            times.forEach((way, each) -> {
                double[] ratios = IntStream.range(0, rounds).mapToDouble(i -> each[i] / base[i]).sorted().toArray();
                System.out.println(Text.format("%-28s median %8.3f ms, least %8.3f ms, median of ratios %+.2f %%, least against least %+.2f %%", way, median(each),
                        Arrays.stream(each).min().orElseThrow(), (ratios[rounds / 2] - 1) * 100,
                        (Arrays.stream(each).min().orElseThrow() / Arrays.stream(base).min().orElseThrow() - 1) * 100));
            });
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
