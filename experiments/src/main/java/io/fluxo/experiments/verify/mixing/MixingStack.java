package io.fluxo.experiments.verify.mixing;

import static io.fluxo.model.ModelSpec.ATTENTION;
import static io.fluxo.model.ModelSpec.BIAS;
import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.model.ModelSpec.POSITIONS;

import io.fluxo.block.HyperConnections;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * n streams through layers that only mix them: blocks without attention, whose networks return 0. Each token is a case of its own. The first n features of stream j begin as the j-th unit vector, so
 * that they show the product Π = H_l ⋯ H_1 after each layer. Closing it frees what it made.
 */
final class MixingStack implements AutoCloseable {

    /** So large beside the other features that RMSNorm(vec H) sees nothing else. */
    private static final double CODE = 1e8;

    private final Blocks blocks;
    private final int streams;
    private final int layers;
    private final int cases;
    private final int width;
    private final double[] begin;

    private MixingStack(Apparatus apparatus, Choice placement, int streams, int layers, int cases, int width) {
        this.streams = streams;
        this.layers = layers;
        this.cases = cases;
        this.width = width;
        begin = new double[cases * streams * width];
        for (int i = 0; i < cases; i++) {
            for (int j = 0; j < streams; j++) {
                begin[(i * streams + j) * width + j] = 1;
            }
        }
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, width).with(D_MLP, PerLayer.of(1)).with(N_CTX, cases).with(PLACEMENT, PerLayer.of(placement))
                .with(ATTENTION, PerLayer.of(Choice.of("none"))).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, RandomKey.of(apparatus.seed())).set("blocks.*.mlp.W_out", 0);
    }

    /** Gives the matrix of a layer in a case. */
    @FunctionalInterface
    interface Matrices {

        /** @return [to from], row-major */
        double[] of(int layer, int number);
    }

    /** A stack whose H_res are put in place by hooks. */
    static Run hooked(Apparatus apparatus, Choice placement, int streams, int layers, int cases, Matrices matrices, String... points) {
        try (MixingStack stack = new MixingStack(apparatus, placement, streams, layers, cases, streams)) {
            List<Hooks> changes = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                int here = layer;
                changes.add(stack.put(Text.format("blocks.%d.hyper2.hook_res", layer), () -> stack.joined(matrices, here)));
            }
            return stack.run(changes, points);
        }
    }

    /**
     * A stack of mHC that makes its H_res itself, from logits of each case. All streams hold the same one-hot code of the case, which mixing leaves as it is while rows sum to 1, and φ gives the code's
     * logits.
     *
     * @param more further features of each stream, [cases streams more] row-major
     */
    static Run manifold(Apparatus apparatus, int streams, int layers, int cases, Matrices logits, double[] more, String... points) {
        int further = more.length / cases / streams;
        int code = streams + further;
        int width = code + cases;
        Choice placement = Choice.of("mhc").with(HyperConnections.STREAMS, streams);
        try (MixingStack stack = new MixingStack(apparatus, placement, streams, layers, cases, width)) {
            for (int row = 0; row < cases * streams; row++) {
                System.arraycopy(more, row * further, stack.begin, row * width + streams, further);
                stack.begin[row * width + code + row / streams] = CODE;
            }
            int count = streams * streams;
            for (int layer = 0; layer < layers; layer++) {
                double[] phi = new double[streams * width * count];
                System.arraycopy(stack.joined(logits, layer), 0, phi, code * count, cases * count);      // the first stream's code is read
                stack.blocks.set(Text.format("blocks.%d.hyper2.res.phi", layer), _ -> phi);
            }
            stack.blocks.set("blocks.*.hyper2.res.b", 0).set("blocks.*.hyper2.res.a", 1 / Math.sqrt(width));
            return stack.run(List.of(), points);
        }
    }

    private double[] joined(Matrices matrices, int layer) {
        int count = streams * streams;
        double[] all = new double[cases * count];
        for (int i = 0; i < cases; i++) {
            System.arraycopy(matrices.of(layer, i), 0, all, i * count, count);
        }
        return all;
    }

    private Hooks put(String point, Supplier<double[]> values) {
        return new Intervention(point, value -> blocks.backend().upload(HostArray.of(value.shape(), DType.F64, values.get())));
    }

    private Run run(List<Hooks> changes, String... points) {
        List<Hooks> all = new ArrayList<>(changes);
        all.add(put("blocks.0.hook_streams_pre", () -> begin));
        return new Run(blocks.run(Draws.stream(cases, width, DType.F64, new double[cases * width]), Hooks.all(all), points).hooks(), streams, layers, cases);
    }

    /**
     * What hook points showed.
     *
     * @param hooks at {@code hook_streams_post} and {@code hyper2.hook_res} of those layers that were asked for
     */
    record Run(Map<String, HostArray> hooks, int streams, int layers, int cases) {

        /** The streams after {@code layer} in a case, [stream feature]; layers count from 0. */
        double[][] after(int layer, int number) {
            return part(Text.format("blocks.%d.hook_streams_post", layer), number);
        }

        /** H_l ⋯ H_0 in a case, [to from]. */
        double[][] product(int layer, int number) {
            return Dense.columns(after(layer, number), 0, streams);
        }

        /** H_res of a layer in a case, [to from]. */
        double[][] matrix(int layer, int number) {
            return part(Text.format("blocks.%d.hyper2.hook_res", layer), number);
        }

        private double[][] part(String point, int number) {
            HostArray value = hooks.get(point);
            int columns = value.shape().size(3);
            int count = streams * columns;
            return Dense.of(Arrays.copyOfRange(value.toDoubles(), number * count, (number + 1) * count), columns);
        }
    }

    @Override
    public void close() {
        blocks.close();
    }
}
