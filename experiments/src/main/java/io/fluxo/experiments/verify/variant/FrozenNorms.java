package io.fluxo.experiments.verify.variant;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.model.ModelSpec;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * A model whose norms divide by a constant: its logits are the sum of what each sub-layer writes, seen through the last norm, with nothing frozen in addition; and every norm can be folded into the
 * matrices after it, which leaves a model without norms.
 */
final class FrozenNorms extends Claim {

    private static final int LAYERS = 3;
    private static final int VOCABULARY = 5;
    private static final List<String> READERS = List.of("attn.W_Q", "attn.W_K", "attn.W_V", "mlp.W_in");

    FrozenNorms() {
        super(Statement.of("fake-ln", "With norms that divide by their average, logits are the sum of direct effects, and every norm folds into the next matrices")
                .said(Citation.of("Baroni et al. (2025), Transformers Don't Need LayerNorm at Inference Time"))
                .group("algebra")
                .about(Scope.NONE)
                .over("3 pre-norm blocks and a final norm, 2 … 8 tokens, width 3 … 12", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "the folded model is run beside it")
                .refutes(Fault.of("mutant-sigma-of-the-token", "frozen norms divide by the token's own standard deviation", NormFactory.KIND, "fake_layer_norm", TokenSigma::new)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            HostArray x = drawn.x();
            try (Blocks frozen = blocks(apparatus, drawn, "fake_layer_norm"); Blocks folded = blocks(apparatus, drawn, "none")) {
                frozen.set("*.frozen", 1).set("*.sigma", cell -> new double[] {0.5 + drawn.key().split(cell.name()).uniform(0)});
                double[] logits = logits(frozen, x);
                worst.note("logits = Σ direct effects", logits, direct(frozen, drawn, x));
                fold(frozen, folded, drawn);
                worst.note("the model without norms, every norm folded into the next matrices", logits, logits(folded, x));
            }
        }
        return worst.figures(Variant.TOLERANCE).finding("logits = Σ_c W_U·(γ/σ)(c − mean c) + constants; W′ = (I − 11ᵀ/d) diag(γ/σ) W, b′ = b + βW").within(Variant.TOLERANCE);
    }

    private static Blocks blocks(Apparatus apparatus, Variant drawn, String norm) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, LAYERS).with(D_MODEL, drawn.width()).with(N_HEADS, drawn.heads()).with(D_HEAD, drawn.head()).with(D_MLP, 6)
                .with(N_CTX, drawn.tokens()).with(POSITIONS, "none").with(NORM, norm).with(NORM_AFFINE, true).with(HEAD_BIAS, true).withVocabulary(VOCABULARY);
        Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, drawn.key().split("model"));
        return blocks.set("*", cell -> Draws.normal(drawn.key().split(cell.name()), cell.shape().elements(), 0.5));
    }

    private static double[] logits(Blocks blocks, HostArray x) {
        return blocks.compute((pass, in) -> blocks.model().unembed(pass, blocks.model().stream(pass, in)), x).toDoubles();
    }

    /** The sum over x_0 and all sub-layers of what each alone gives through the last norm and the unembedding. */
    private static double[] direct(Blocks blocks, Variant drawn, HostArray x) {
        double[] stream = x.toDoubles().clone();
        blocks.run(x, "blocks.*.hook_attn_out", "blocks.*.hook_mlp_out").hooks().values().forEach(written -> {
            for (int i = 0; i < stream.length; i++) {
                stream[i] += written.toDoubles()[i];
            }
        });
        double[] unembedding = blocks.value("W_U").toDoubles();
        double[] gain = blocks.value("ln_final.w").toDoubles();
        double[] bias = blocks.value("ln_final.b").toDoubles();
        double sigma = blocks.value("ln_final.sigma").toDoubles()[0];
        double[] logits = new double[drawn.tokens() * VOCABULARY];
        int width = drawn.width();
        for (int i = 0; i < drawn.tokens(); i++) {
            double mean = 0;
            for (int c = 0; c < width; c++) {
                mean += stream[i * width + c] / width;
            }
            for (int v = 0; v < VOCABULARY; v++) {
                double sum = blocks.value("b_U").toDoubles()[v];
                for (int c = 0; c < width; c++) {
                    sum += ((stream[i * width + c] - mean) / sigma * gain[c] + bias[c]) * unembedding[c * VOCABULARY + v];
                }
                logits[i * VOCABULARY + v] = sum;
            }
        }
        return logits;
    }

    /** Gives {@code folded} the weights of {@code frozen} with the norms in them. */
    private static void fold(Blocks frozen, Blocks folded, Variant drawn) {
        folded.set("*", cell -> frozen.value(cell.name()).toDoubles());
        for (int layer = 0; layer < LAYERS; layer++) {
            String path = "blocks." + layer + ".";
            for (String reader : READERS) {
                fold(frozen, folded, path + (reader.startsWith("attn") ? "ln1" : "ln2"), path + reader, path + reader.replace("W_", "b_"), drawn.width());
            }
        }
        fold(frozen, folded, "ln_final", "W_U", "b_U", drawn.width());
    }

    private static void fold(Blocks frozen, Blocks folded, String norm, String matrix, String vector, int width) {
        double[] gain = frozen.value(norm + ".w").toDoubles();
        double[] bias = frozen.value(norm + ".b").toDoubles();
        double sigma = frozen.value(norm + ".sigma").toDoubles()[0];
        double[] w = frozen.value(matrix).toDoubles();
        double[] b = frozen.value(vector).toDoubles().clone();
        int outs = w.length / width;
        double[] into = new double[w.length];
        for (int out = 0; out < outs; out++) {
            double mean = 0;
            for (int c = 0; c < width; c++) {
                into[c * outs + out] = gain[c] / sigma * w[c * outs + out];
                mean += into[c * outs + out] / width;
                b[out] += bias[c] * w[c * outs + out];
            }
            for (int c = 0; c < width; c++) {
                into[c * outs + out] -= mean;
            }
        }
        folded.set(matrix, _ -> into).set(vector, _ -> b);
    }

    /** Has the cells of the sound one and divides by the token's own standard deviation. */
    private static final class TokenSigma extends Layer {
        private final LayerNorm norm;

        private TokenSigma(String path, Dim width, boolean affine, double eps) {
            super(path);
            norm = part(new LayerNorm(path, width, affine, eps));
            buffer("sigma", Shape.of(1), Initializer.ONES);
            buffer("frozen", Shape.of(1), Initializer.ZEROS);
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            return norm.forward(pass, x);
        }
    }
}
