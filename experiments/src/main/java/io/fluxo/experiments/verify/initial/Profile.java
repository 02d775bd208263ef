package io.fluxo.experiments.verify.initial;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Size and likeness of the tokens at one hook point of every block, in Xiong's configuration.
 *
 * @param bySeed for each seed what each block shows, the first block first
 */
public record Profile(List<List<Moments>> bySeed) {

    /** What {@code placement} shows at {@code point}, {@code hook_resid_post}. */
    public static Profile of(Apparatus apparatus, String placement, int layers, String point) {
        return of(apparatus, XiongModel.spec(placement, layers), point, (blocks, _) -> blocks);
    }

    /** @param prepared gives the blocks other weights, where they should have some; it is given the key of the seed */
    public static Profile of(Apparatus apparatus, ModelSpec spec, String point, BiFunction<Blocks, RandomKey, Blocks> prepared) {
        return each(apparatus, Apparatus.REFERENCE, spec, XiongModel.SEEDS, prepared, point).getFirst();
    }

    /**
     * What several points show in the same runs.
     *
     * @param on where it is measured
     * @return a profile of each of {@code points}
     */
    public static List<Profile> each(Apparatus apparatus, Apparatus.Setup on, ModelSpec spec, int seeds, BiFunction<Blocks, RandomKey, Blocks> prepared, String... points) {
        List<List<List<Moments>>> shown = Stream.of(points).map(_ -> (List<List<Moments>>) new ArrayList<List<Moments>>()).toList();
        for (int seed = 0; seed < seeds; seed++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
            try (Blocks blocks = XiongModel.blocks(apparatus, on, spec, key)) {
                String[] patterns = Stream.of(points).map(point -> "blocks.*." + point).toArray(String[]::new);
                Map<String, HostArray> hooks = prepared.apply(blocks, key).run(XiongModel.x0(key, on.dtype()), patterns).hooks();
                for (int i = 0; i < points.length; i++) {
                    String end = "." + points[i];
                    shown.get(i).add(hooks.entrySet().stream().filter(hook -> hook.getKey().endsWith(end)).map(hook -> Moments.of(hook.getValue())).toList());
                }
            }
        }
        return shown.stream().map(Profile::new).toList();
    }

    /** Mean size after {@code layer} blocks. */
    public double s(int layer) {
        return mean(Moments::s, layer);
    }

    /** Mean likeness after {@code layer} blocks. */
    public double rho(int layer) {
        return mean(Moments::rho, layer);
    }

    public int layers() {
        return bySeed.getFirst().size();
    }

    private double mean(ToDoubleFunction<Moments> part, int layer) {
        return bySeed.stream().mapToDouble(seed -> part.applyAsDouble(seed.get(layer - 1))).average().orElseThrow();
    }

    /** The sizes, beside those of {@code theory}. */
    public Chart sizes(String name, Moments[] theory) {
        return drawn(Chart.of("size of the tokens", "block", "s = E‖x‖²/d"), name, Moments::s, theory);
    }

    /** The likenesses, beside those of {@code theory}. */
    public Chart likeness(String name, Moments[] theory) {
        return drawn(Chart.of("likeness of the tokens", "block", "ρ"), name, Moments::rho, theory);
    }

    private Chart drawn(Chart empty, String name, ToDoubleFunction<Moments> part, Moments[] theory) {
        double[] at = IntStream.rangeClosed(1, layers()).asDoubleStream().toArray();
        return empty.theory("recursion", at, Arrays.stream(theory).mapToDouble(part).toArray())
                .measured(name, at, bySeed.stream().map(seed -> seed.stream().mapToDouble(part).toArray()).toList());
    }
}
