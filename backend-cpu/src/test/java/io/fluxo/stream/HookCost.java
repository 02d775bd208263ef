package io.fluxo.stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What hooks cost: forward passes without any, with hooks that want nothing, and with caches, in turn, so that whatever else the machine does falls on all of them alike.
 * Each round has another order. Wall time, and CPU time of the whole process: medians of the ratios to the pass without hooks of the same round. Not a test, since times are no
 * property of the code alone: {@code docs/hooks.md} holds its figures.
 */
final class HookCost {

    private static final int VOCABULARY = 256;
    private static final int WARM = 12;
    /** CLOCK_PROCESS_CPUTIME_ID of Linux. */
    private static final int CPU_TIME_OF_THE_PROCESS = 2;
    private static final MethodHandle CLOCK = Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private HookCost() {}

    private record Size(int width, int layers, int heads, int tokens, int rows) {
        @Override
        public String toString() {
            return Text.format("%d × %d tokens, d_model %d, %d layers, %d heads", rows, tokens, width, layers, heads);
        }
    }

    /** One way to run, and its times in ms. */
    private record Way(String name, Supplier<Hooks> hooks, double[] wall, double[] cpu) {}

    /** @param args rounds, threads, and sizes as {@code WIDTH,LAYERS,HEADS,TOKENS,ROWS} */
    public static void main(String[] args) {
        int rounds = Integer.parseInt(args[0]);
        int threads = Integer.parseInt(args[1]);
        try (Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, threads))) {
            Arrays.stream(args).skip(2).map(HookCost::size).forEach(size -> measure(simd, size, rounds));
        }
    }

    private static Size size(String text) {
        int[] numbers = Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
        return new Size(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    private static void measure(Backend simd, Size size, int rounds) {
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, size.layers).with(ModelSpec.D_MODEL, size.width).with(ModelSpec.N_HEADS, size.heads)
                .with(ModelSpec.D_MLP, 4 * size.width).with(ModelSpec.N_CTX, size.tokens).with(ModelSpec.D_VOCAB, VOCABULARY).with(ModelSpec.ACT_FN, "gelu_tanh")
                .with(ModelSpec.NORM_AFFINE, true);
        Map<String, Supplier<Hooks>> kinds = new LinkedHashMap<>();
        kinds.put("no hooks", () -> Hooks.NONE);
        kinds.put("no hooks, again", () -> Hooks.NONE);
        kinds.put("hooks that want nothing", () -> new Cache(_ -> false));
        kinds.put("a cache of all boundaries", Cache::boundaries);
        kinds.put("a cache of all patterns", () -> Cache.of("*.attn.hook_pattern"));
        kinds.put("a cache of everything", Cache::everything);
        List<Way> ways = kinds.entrySet().stream().map(kind -> new Way(kind.getKey(), kind.getValue(), new double[rounds], new double[rounds])).toList();
        List<Way> turns = new ArrayList<>(ways);
        Random order = new Random(1);
        try (TensorScope _ = simd.openScope()) {
            Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
            model.initialize(simd, DType.F32, RandomKey.of(1));
            Tensor ids = simd.upload(HostArray.of(Shape.of(size.rows, size.tokens),
                    IntStream.range(0, size.rows * size.tokens).map(i -> RandomKey.of(2).below(VOCABULARY, i)).toArray()));
            for (int round = -WARM; round < rounds; round++) {
                Collections.shuffle(turns, order);
                for (Way way : turns) {
                    run(simd, model, ids, way, round);
                }
            }
        }
        System.out.println(Text.format("%s; load %.2f", size, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        ways.forEach(way -> System.out.println(Text.format("  %-28s wall %9.3f ms %+7.2f %%   cpu %9.3f ms %+7.2f %%", way.name, median(way.wall), more(way.wall, ways.getFirst().wall),
                median(way.cpu), more(way.cpu, ways.getFirst().cpu))));
    }

    private static void run(Backend simd, Transformer model, Tensor ids, Way way, int round) {
        long cpu = cpuNanos();
        long wall = System.nanoTime();
        try (TensorScope _ = simd.openScope()) {
            model.forward(Pass.evaluation(simd).with(way.hooks.get()), ids);
        }
        if (round >= 0) {
            way.wall[round] = (System.nanoTime() - wall) / 1e6;
            way.cpu[round] = (cpuNanos() - cpu) / 1e6;
        }
    }

    /** CPU time of all threads, in nanoseconds; the JDK's own figure comes in hundredths of a second. */
    private static long cpuNanos() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(JAVA_LONG, 2);
            int failed = (int) CLOCK.invokeExact(CPU_TIME_OF_THE_PROCESS, time);
            if (failed != 0) {
                throw new IllegalStateException("clock_gettime failed");
            }
            return time.getAtIndex(JAVA_LONG, 0) * 1_000_000_000 + time.getAtIndex(JAVA_LONG, 1);
        } catch (Throwable thrown) {
            throw new IllegalStateException("no CPU time to be had: this measurement needs a 64-bit Linux", thrown);
        }
    }

    /** By how many percent the median of the ratios exceeds 1. */
    private static double more(double[] times, double[] base) {
        return 100 * (median(IntStream.range(0, times.length).mapToDouble(i -> times[i] / base[i]).toArray()) - 1);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
    }
}
