package io.fluxo.experiments.inspect;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.checkpoint.Safetensors;
import io.fluxo.experiments.Fixtures;
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
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Two trained models of other programs, twelve post-norm layers deep each. */
public final class TrainedPostNorm {

    /** Positions of a sound: its class, and 98 frames. */
    public static final int SOUND = 99;
    private static final int FEATURES = 40;
    private static final int WIDTH = 64;

    private TrainedPostNorm() {}

    /** Arm's keyword transformer: sound in, twelve words. */
    public static Inspected keywords(Backend backend, DType dtype) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 12).with(D_MODEL, WIDTH).with(N_HEADS, 1).with(D_MLP, 256).with(N_CTX, SOUND).with(D_VOCAB, 12).with(ACT_FN, "gelu_tanh")
                .with(PLACEMENT, "post").with(NORM_AFFINE, true).with(NORM_EPS, 1e-6).with(MASK, MaskKind.BIDIRECTIONAL).with(POSITIONS, "none").with(QKV_BIAS, BiasKind.NEVER)
                .with(HEAD_BIAS, true);
        Map<String, HostArray> theirs = tensors("kwt1-postnorm/kwt1.safetensors");
        Map<String, HostArray> cells = new TreeMap<>();
        cells.put("W_E", HostArray.of(Shape.of(12, WIDTH), DType.F32, new double[12 * WIDTH]));      // nothing looks anything up
        for (int layer = 0; layer < 12; layer++) {
            String block = "blocks." + layer + ".";
            for (String name : List.of("q", "k", "v", "o")) {
                cells.put(block + "attn.W_" + name.toUpperCase(Locale.ROOT), turned(theirs.get(block + "attn." + name + ".weight")));
            }
            cells.put(block + "attn.b_O", theirs.get(block + "attn.o.bias"));
            cells.put(block + "mlp.W_in", turned(theirs.get(block + "mlp.fc1.weight")));
            cells.put(block + "mlp.b_in", theirs.get(block + "mlp.fc1.bias"));
            cells.put(block + "mlp.W_out", turned(theirs.get(block + "mlp.fc2.weight")));
            cells.put(block + "mlp.b_out", theirs.get(block + "mlp.fc2.bias"));
            for (int norm = 1; norm <= 2; norm++) {
                cells.put(block + "ln" + norm + ".w", theirs.get(block + "norm" + norm + ".weight"));
                cells.put(block + "ln" + norm + ".b", theirs.get(block + "norm" + norm + ".bias"));
            }
        }
        cells.put("W_U", turned(theirs.get("head.weight")));
        cells.put("b_U", theirs.get("head.bias"));
        return filled("kwt1", spec, Architectures.CATALOG, cells, backend, dtype);
    }

    /** What enters its first block for the recorded sound called {@code name}: [1 99 64]. */
    public static HostArray sound(String name, DType dtype) {
        Map<String, HostArray> theirs = tensors("kwt1-postnorm/kwt1.safetensors");
        double[] features = tensors("kwt1-postnorm/reference.safetensors").get(name + ".features").toDoubles();
        double[] patch = theirs.get("patch.weight").toDoubles();
        double[] bias = theirs.get("patch.bias").toDoubles();
        double[] x = theirs.get("pos_emb").toDoubles().clone();
        double[] beginning = theirs.get("class_emb").toDoubles();
        for (int i = 0; i < WIDTH; i++) {
            x[i] += beginning[i];
            for (int frame = 0; frame + 1 < SOUND; frame++) {
                x[(frame + 1) * WIDTH + i] += bias[i];
                for (int f = 0; f < FEATURES; f++) {
                    x[(frame + 1) * WIDTH + i] += features[frame * FEATURES + f] * patch[i * FEATURES + f];
                }
            }
        }
        return HostArray.of(Shape.of(1, SOUND, WIDTH), dtype, x);
    }

    /** keras-bert's toy BERT, whose attention applies GELU after every projection. It is to fill in masked words among 28, in rows of 20. Id 0 is padding. */
    public static Inspected toyBert(Backend backend, DType dtype, int[] tokens) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 12).with(D_MODEL, 25).with(N_HEADS, 5).with(D_MLP, 100).with(N_CTX, 20).with(D_VOCAB, 28).with(ACT_FN, "gelu_tanh")
                .with(PLACEMENT, "post").with(NORM_AFFINE, true).with(NORM_EPS, 1e-14).with(ATTENTION, "toy").with(MASK, MaskKind.BIDIRECTIONAL).with(EMBED_NORM, true)
                .with(N_TOKEN_TYPES, 2).with(MLM_HEAD, true).with(HEAD_BIAS, true).with(TIED_HEAD, true);
        Tensor padding = backend.upload(HostArray.of(Shape.of(1, 1, 1, tokens.length), dtype, Arrays.stream(tokens).mapToDouble(id -> id == 0 ? -1e9 : 0).toArray()));
        Catalog catalog = Architectures.CATALOG.plus(AttentionKind.KIND, "toy", AttentionKind.of((path, dims, design) -> new ToyAttention(path, dims, design, padding),
                AttentionTraits.OTHER));
        Map<String, HostArray> theirs = tensors("bert12-postnorm-toy/model.safetensors");
        Map<String, HostArray> cells = new TreeMap<>();
        cells.put("W_E", theirs.get("Embedding-Token/embeddings"));
        cells.put("W_pos", theirs.get("Embedding-Position/embeddings"));
        cells.put("W_token_type", theirs.get("Embedding-Segment/embeddings"));
        norm(cells, "embed.ln", theirs, "Embedding-Norm");
        for (int layer = 0; layer < 12; layer++) {
            String block = "blocks." + layer + ".";
            String encoder = "Encoder-" + (layer + 1) + "-";
            for (String name : List.of("q", "k", "v", "o")) {
                cells.put(block + "attn.W_" + name.toUpperCase(Locale.ROOT), theirs.get(encoder + "MultiHeadSelfAttention/W" + name));
                cells.put(block + "attn.b_" + name.toUpperCase(Locale.ROOT), theirs.get(encoder + "MultiHeadSelfAttention/b" + name));
            }
            cells.put(block + "mlp.W_in", theirs.get(encoder + "FeedForward/W1"));
            cells.put(block + "mlp.b_in", theirs.get(encoder + "FeedForward/b1"));
            cells.put(block + "mlp.W_out", theirs.get(encoder + "FeedForward/W2"));
            cells.put(block + "mlp.b_out", theirs.get(encoder + "FeedForward/b2"));
            norm(cells, block + "ln1", theirs, encoder + "MultiHeadSelfAttention-Norm");
            norm(cells, block + "ln2", theirs, encoder + "FeedForward-Norm");
        }
        cells.put("mlm_head.W_dense", theirs.get("MLM-Dense/kernel"));
        cells.put("mlm_head.b_dense", theirs.get("MLM-Dense/bias"));
        norm(cells, "mlm_head.ln", theirs, "MLM-Norm");
        cells.put("b_U", theirs.get("MLM-Sim/bias"));
        return filled("bert12", spec, catalog, cells, backend, dtype);
    }

    private static void norm(Map<String, HostArray> cells, String ours, Map<String, HostArray> theirs, String name) {
        cells.put(ours + ".w", theirs.get(name + "/gamma"));
        cells.put(ours + ".b", theirs.get(name + "/beta"));
    }

    private static final class ToyAttention extends Attention {
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear o;
        private final MultiHeadAttention.Dims dims;
        private final Tensor padding;

        private ToyAttention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design, Tensor padding) {
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

    private static Inspected filled(String name, ModelSpec spec, Catalog catalog, Map<String, HostArray> cells, Backend backend, DType dtype) {
        Transformer model = ModelBuilder.transformer(spec, catalog);
        model.fill(cell -> backend.upload(new HostArray(cell.shape(), dtype, cells.get(cell.name()).cast(dtype).array())));
        return new Inspected(name, spec, model, backend);
    }

    public static Map<String, HostArray> tensors(String file) {
        try (Safetensors read = Safetensors.open(Fixtures.data(file))) {
            Map<String, HostArray> tensors = new TreeMap<>();
            read.names().forEach(name -> tensors.put(name, read.read(name)));
            return tensors;
        }
    }

    private static HostArray turned(HostArray matrix) {
        int rows = matrix.shape().size(0);
        int columns = matrix.shape().size(1);
        double[] from = matrix.toDoubles();
        double[] to = new double[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i % columns * rows + i / columns] = from[i];
        }
        return HostArray.of(Shape.of(columns, rows), DType.F32, to);
    }
}
