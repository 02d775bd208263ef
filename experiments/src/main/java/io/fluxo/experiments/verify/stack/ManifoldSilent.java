package io.fluxo.experiments.verify.stack;

import static io.fluxo.model.ModelSpec.BIAS;
import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.NORM_EPS;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.model.ModelSpec.POSITIONS;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * mHC's mixing while all streams are alike: rows of H_res sum to 1 whatever its logits are, so that mixing changes nothing and nothing is learned about it. Steps of gradient descent show what ends that:
 * reading streams unequally moves what they take up, and then they differ; without it they stay alike. The last is
 * true of matrices whose columns sum to 1 too, as those that the layer begins with; with random logits twenty Sinkhorn steps leave columns off, what streams take up is moved unequally by as much, and
 * three steps set streams 3e-9 apart.
 */
final class ManifoldSilent extends Claim {

    private static final double SILENT = 1e-15;
    /** A million times as much. */
    private static final double HEARD = 1e-9;
    private static final int SEEDS = 10;
    private static final int STREAMS = 4;
    private static final int WIDTH = 8;
    private static final int TOKENS = 5;
    private static final int VOCABULARY = 64;
    private static final int STEPS = 3;
    private static final double RATE = 0.1;

    ManifoldSilent() {
        super(Statement.of("mhc-silent", "While the streams of mHC are equal, as at the start, the loss does not depend on the matrices that mix them, and these learn nothing")
                .said(Citation.of("derived from Xie et al. (2025), mHC, arXiv 2512.24880"))
                .group("algebra")
                .about(Scope.NONE)
                .over("3 blocks, d = 8, 5 tokens, 4 streams, ε = 0; mixing logits N(0, 1), and as the layer begins", "10 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "autodiff", "gradient descent")
                .refutes(StackFaults.manifoldStreamsNotCopied()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double start = 0;
        double separated = Double.POSITIVE_INFINITY;
        double learning = Double.POSITIVE_INFINITY;
        double symmetric = 0;
        double apart = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(id()).split(seed);
            try (Net net = new Net(apparatus, key)) {
                net.drawMixing(key);
                start = Math.max(start, net.mixing());
                net.step(name -> name.endsWith(".post.b"));
                learning = Math.min(learning, net.mixing());
                net.blocks.set("blocks.*.post.b", cell -> Draws.normal(key.split(cell.name()), STREAMS, 1));
                separated = Math.min(separated, net.mixing());
            }
            try (Net net = new Net(apparatus, key)) {
                net.blocks.set("blocks.*.pre.b", 0);
                for (int step = 0; step < STEPS; step++) {
                    net.step(name -> name.startsWith("blocks.") && (name.endsWith(".b") || name.contains(".W_")));
                    symmetric = Math.max(symmetric, net.mixing());
                    apart = Math.max(apart, net.apart());
                }
            }
        }
        return new Figures().add(Figure.atMost("largest |∂L/∂(logits of H_res)| at the start", SILENT, start))
                .add(Figure.atLeast("the least of seeds once B differs from stream to stream", HEARD, separated))
                .add(Figure.atLeast("the least of seeds after one step of B alone, where A_m differs from stream to stream", HEARD, learning))
                .add(Figure.atMost("largest in training of all that is static, where A_m and B are the same for all streams", SILENT, symmetric))
                .add(Figure.atMost("largest difference of streams in that training", Small.TOLERANCE, apart))
                .finding("H_i = H_j for all i, j ⇒ H_res H = H ⇒ ∂L/∂H̃_res = 0").within(SILENT);
    }

    /** A model of four streams with causal softmax attention, one head and a ReLU network of width 4d, and the cross-entropy of random targets. */
    private static final class Net implements AutoCloseable {

        private final Blocks blocks;
        private final HostArray x0;
        private final HostArray targets;

        private Net(Apparatus apparatus, RandomKey key) {
            ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 3).with(D_MODEL, WIDTH).with(N_HEADS, PerLayer.of(1)).with(D_MLP, PerLayer.of(4 * WIDTH)).with(N_CTX, TOKENS)
                    .with(D_VOCAB, VOCABULARY).with(PLACEMENT, PerLayer.of(Choice.of("mhc"))).with(NORM_EPS, PerLayer.of(0.0)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
            blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key);
            x0 = Draws.stream(key.split("x0"), TOKENS, WIDTH, DType.F64);
            int[] wanted = new int[TOKENS];
            Arrays.setAll(wanted, i -> key.split("targets").below(VOCABULARY, i));
            targets = HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", TOKENS)), wanted);
        }

        /** Gives the matrices that mix random logits. */
        private void drawMixing(RandomKey key) {
            blocks.set("blocks.*.res.b", cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), 1));
        }

        private Map<String, HostArray> gradients(Predicate<String> of) {
            List<String> cells = blocks.model().cells().stream().map(Cell::name).filter(of).toList();
            return blocks.gradients(x0, (pass, x) -> pass.meanAll(pass.crossEntropy(blocks.model().unembed(pass, x), blocks.backend().upload(targets))), cells);
        }

        /** The largest derivative with respect to what the logits of H_res are made of. */
        private double mixing() {
            return gradients(name -> name.contains(".res.")).values().stream().mapToDouble(gradient -> Largest.of(gradient.toDoubles())).max().orElseThrow();
        }

        /** One step of gradient descent. */
        private void step(Predicate<String> of) {
            gradients(of).forEach((name, gradient) -> blocks.set(name, cell -> Small.sum(blocks.value(name).toDoubles(), -RATE, gradient.toDoubles())));
        }

        /** The largest difference of two streams, after any block. */
        private double apart() {
            double largest = 0;
            for (HostArray streams : blocks.run(x0, "blocks.*.hook_streams_post").hooks().values()) {
                double[] values = streams.toDoubles();
                for (int i = 0; i < values.length; i++) {
                    int first = i / (STREAMS * WIDTH) * STREAMS * WIDTH + i % WIDTH;
                    largest = Math.max(largest, Math.abs(values[i] - values[first]));
                }
            }
            return largest;
        }

        @Override
        public void close() {
            blocks.close();
        }
    }
}
