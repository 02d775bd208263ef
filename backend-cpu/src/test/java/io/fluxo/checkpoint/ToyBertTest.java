package io.fluxo.checkpoint;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.golden.SharedData;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.Heads;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * keras-bert's toy BERT, trained, twelve post-norm layers deep, with heads for masked tokens and for the next sentence. It applies GELU to queries, keys,
 * values and attention's output, which no other BERT does: an attention kind of this test's. Ids of 0 fill up a row, and no token sees them.
 */
class ToyBertTest {

    private static final int CASES = 78;
    private static final int LENGTH = 20;
    private static final int D = 25;
    private static final int VOCABULARY = 28;

    private static final ModelSpec SPEC = ModelSpec.DEFAULT.with(N_LAYERS, 12).with(D_MODEL, D).with(N_HEADS, 5).with(D_MLP, 100).with(N_CTX, LENGTH)
            .with(D_VOCAB, VOCABULARY).with(ACT_FN, "gelu_tanh").with(PLACEMENT, "post").with(NORM_AFFINE, true).with(NORM_EPS, 1e-14).with(ATTENTION, "toy")
            .with(MASK, MaskKind.BIDIRECTIONAL).with(EMBED_NORM, true).with(N_TOKEN_TYPES, 2).with(MLM_HEAD, true).with(HEAD_BIAS, true).with(TIED_HEAD, true);

    static Iterable<Setup> setups() {
        return Setup.ALL;
    }

    /** Attention with GELU after each projection. {@code padding} [batch 1 1 pos] is added to the scores. */
    private static final class ToyAttention extends Attention {
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear o;
        private final MultiHeadAttention.Dims dims;
        private final Tensor padding;

        ToyAttention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design, Tensor padding) {
            super(path);
            this.dims = dims;
            this.padding = padding;
            q = part(new Linear(path, "Q", dims.dModel(), dims.nHeads().times(dims.dHead()), true, design.queryKeyInit()));
            k = part(new Linear(path, "K", dims.dModel(), dims.nHeads().times(dims.dHead()), true, design.queryKeyInit()));
            v = part(new Linear(path, "V", dims.dModel(), dims.nHeads().times(dims.dV()), true, design.valueInit()));
            o = part(new Linear(path, "O", dims.nHeads().times(dims.dV()), dims.dModel(), true, design.outputInit()));
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            Tensor qs = Heads.split(pass, pass.geluTanh(q.forward(pass, x)), dims.nHeads(), dims.dHead());
            Tensor ks = Heads.split(pass, pass.geluTanh(k.forward(pass, context)), dims.nHeads(), dims.dHead());
            Tensor vs = Heads.split(pass, pass.geluTanh(v.forward(pass, context)), dims.nHeads(), dims.dV());
            Tensor z = pass.fused(new FusedOp.Attention(Mask.BIDIRECTIONAL, Scalar.reciprocalSqrt(dims.dHead()), true), qs, ks, vs, padding);
            return pass.geluTanh(o.forward(pass, pass.mergeAxes(z, 2)));
        }
    }

    @ParameterizedTest
    @MethodSource("setups")
    void everyMaskedWordAndEverySentenceIsRight(Setup setup) {
        Map<String, HostArray> weights = Converted.tensors(SharedData.folder("bert12-postnorm-toy").resolve("model.safetensors"));
        Map<String, HostArray> reference = Converted.tensors(SharedData.folder("bert12-postnorm-toy").resolve("reference.safetensors"));
        var cases = Cases.read();
        int[] tokens = cases.tokens();
        double[] hidden = new double[CASES * LENGTH];
        Arrays.setAll(hidden, i -> tokens[i] == 0 ? -1e9 : 0);
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Tensor padding = backend.upload(HostArray.of(Shape.of(CASES, 1, 1, LENGTH), hidden).cast(setup.dtype()));
            Catalog catalog = Architectures.CATALOG.plus(AttentionKind.KIND, "toy",
                    AttentionKind.of((path, dims, design) -> new ToyAttention(path, dims, design, padding), AttentionTraits.OTHER));
            Transformer model = ModelBuilder.transformer(SPEC, catalog);
            Map<String, HostArray> cells = cells(weights);
            model.fill(cell -> backend.upload(new HostArray(cell.shape(), setup.dtype(), cells.get(cell.name()).cast(setup.dtype()).array())));
            Pass pass = Pass.evaluation(backend);
            Tensor last = model.stream(pass, model.embed(pass, backend.upload(HostArray.of(Shape.of(CASES, LENGTH), tokens)),
                    backend.upload(HostArray.of(Shape.of(CASES, LENGTH), cases.segments()))));
            double[] logits = backend.download(model.unembed(pass, last)).toDoubles();
            double[] stream = backend.download(last).toDoubles();
            double[] masked = new double[CASES * VOCABULARY];
            int words = 0;
            int sentences = 0;
            for (int i = 0; i < CASES; i++) {
                int from = (i * LENGTH + cases.masked()[i]) * VOCABULARY;
                System.arraycopy(logits, from, masked, i * VOCABULARY, VOCABULARY);
                words += largest(Arrays.copyOfRange(logits, from, from + VOCABULARY)) == cases.labels()[i] ? 1 : 0;
                sentences += largest(nextSentence(weights, Arrays.copyOfRange(stream, i * LENGTH * D, i * LENGTH * D + D))) == cases.next()[i] ? 1 : 0;
            }
            double difference = PeerComparison.largest(masked, reference.get("mlm_logits_at_mask").toDoubles());
            System.out.println("bert12-postnorm-toy, " + setup.name() + ": MLM " + words + "/78, NSP " + sentences + "/78, largest difference of logits " + difference);
            assertThat(words).isEqualTo(CASES);
            assertThat(sentences).isEqualTo(CASES);
            assertThat(difference).isLessThan(1e-5);
        }
    }

    /** tanh(h·W + b)·W′ + b′, of the first token. */
    private static double[] nextSentence(Map<String, HostArray> weights, double[] h) {
        double[] pooled = product(h, weights.get("NSP-Dense/kernel").toDoubles(), weights.get("NSP-Dense/bias").toDoubles());
        Arrays.setAll(pooled, i -> Math.tanh(pooled[i]));
        return product(pooled, weights.get("NSP/kernel").toDoubles(), weights.get("NSP/bias").toDoubles());
    }

    private static double[] product(double[] x, double[] matrix, double[] bias) {
        double[] y = bias.clone();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                y[j] += x[i] * matrix[i * y.length + j];
            }
        }
        return y;
    }

    private static int largest(double[] values) {
        int at = 0;
        for (int i = 1; i < values.length; i++) {
            at = values[i] > values[at] ? i : at;
        }
        return at;
    }

    private static Map<String, HostArray> cells(Map<String, HostArray> weights) {
        Map<String, HostArray> cells = new TreeMap<>();
        cells.put("W_E", weights.get("Embedding-Token/embeddings"));
        cells.put("W_pos", weights.get("Embedding-Position/embeddings"));
        cells.put("W_token_type", weights.get("Embedding-Segment/embeddings"));
        norm(cells, "embed.ln", weights, "Embedding-Norm");
        for (int layer = 0; layer < 12; layer++) {
            String block = "blocks." + layer + ".";
            String theirs = "Encoder-" + (layer + 1) + "-";
            for (String name : new String[] {"q", "k", "v", "o"}) {
                String ours = name.toUpperCase(Locale.ROOT);
                cells.put(block + "attn.W_" + ours, weights.get(theirs + "MultiHeadSelfAttention/W" + name));
                cells.put(block + "attn.b_" + ours, weights.get(theirs + "MultiHeadSelfAttention/b" + name));
            }
            cells.put(block + "mlp.W_in", weights.get(theirs + "FeedForward/W1"));
            cells.put(block + "mlp.b_in", weights.get(theirs + "FeedForward/b1"));
            cells.put(block + "mlp.W_out", weights.get(theirs + "FeedForward/W2"));
            cells.put(block + "mlp.b_out", weights.get(theirs + "FeedForward/b2"));
            norm(cells, block + "ln1", weights, theirs + "MultiHeadSelfAttention-Norm");
            norm(cells, block + "ln2", weights, theirs + "FeedForward-Norm");
        }
        cells.put("mlm_head.W_dense", weights.get("MLM-Dense/kernel"));
        cells.put("mlm_head.b_dense", weights.get("MLM-Dense/bias"));
        norm(cells, "mlm_head.ln", weights, "MLM-Norm");
        cells.put("b_U", weights.get("MLM-Sim/bias"));
        return cells;
    }

    private static void norm(Map<String, HostArray> cells, String ours, Map<String, HostArray> weights, String theirs) {
        cells.put(ours + ".w", weights.get(theirs + "/gamma"));
        cells.put(ours + ".b", weights.get(theirs + "/beta"));
    }

    /** cases.json. */
    private record Cases(int[] tokens, int[] segments, int[] masked, int[] labels, int[] next) {

        static Cases read() {
            try {
                var all = JsonMapper.shared().readTree(
                        Files.readString(SharedData.folder("bert12-postnorm-toy").resolve("cases.json"))).get("cases").valueStream().toList();
                assertThat(all).hasSize(CASES);
                return new Cases(all.stream().flatMap(one -> one.get("tokens").valueStream()).mapToInt(id -> id.intValue()).toArray(),
                        all.stream().flatMap(one -> one.get("segments").valueStream()).mapToInt(id -> id.intValue()).toArray(),
                        all.stream().mapToInt(one -> one.get("mask_pos").intValue()).toArray(), all.stream().mapToInt(one -> one.get("label").intValue()).toArray(),
                        all.stream().mapToInt(one -> one.get("nsp").intValue()).toArray());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
