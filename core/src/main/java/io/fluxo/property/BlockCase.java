package io.fluxo.property;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.Buffer;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Values;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;

/**
 * One block, its weights and its input, as numbers a person can read: weights and input are drawn from {@code seed}. All widths are
 * independent of each other.
 *
 * @param affine      whether norms carry a gain (and bias)
 * @param bias        whether projections carry a bias
 * @param weightScale factor on the initialised weights
 * @param inputScale  factor on the input of its kind
 * @param kinds       whose kinds of attention, positions, residual connection and sub-layers the block has; the same in every layer
 */
public record BlockCase(MaskKind mask, Choice actFn, Choice norm, double eps, boolean affine, boolean bias, double weightScale, InputKind input,
                        double inputScale, int seed, int batch, int pos, int dModel, int nHeads, int dHead, int dV, int dMlp, ModelSpec kinds) {

    /** Of Fluxo's ordinary kinds. */
    public BlockCase(MaskKind mask, Choice actFn, Choice norm, double eps, boolean affine, boolean bias, double weightScale, InputKind input,
            double inputScale, int seed, int batch, int pos, int dModel, int nHeads, int dHead, int dV, int dMlp) {
        this(mask, actFn, norm, eps, affine, bias, weightScale, input, inputScale, seed, batch, pos, dModel, nHeads, dHead, dV, dMlp, ModelSpec.DEFAULT);
    }

    /** The name of the block under test in the catalogue that it is built from. */
    private static final String SUBJECT = "block under test";

    /** The case's block, from Fluxo's own sub-layers and norms. */
    public Block block(Placement placement) {
        return block(placement, ModelParts.CATALOG);
    }

    /** The case's block; its norm is looked up in {@code catalog}. */
    public Block block(Placement placement, Catalog catalog) {
        return block(placement, catalog, dims());
    }

    /** The case's block at other sizes: symbols, to prove something of it. */
    public Block block(Placement placement, Catalog catalog, ModelDims sizes) {
        return ModelBuilder.transformer(spec(SUBJECT), sizes, catalog.plus(Placement.KIND, SUBJECT, placement)).blocks().getFirst();
    }

    /** A model of one such block. Its widths are those of {@link #dims}: a specification cannot say d_v. */
    public ModelSpec spec(String placement) {
        return kinds.with(N_LAYERS, 1).with(D_MODEL, dModel).with(N_HEADS, nHeads).with(D_HEAD, dHead).with(N_KEY_VALUE_HEADS, keyValueHeads())
                .with(D_MLP, dMlp).with(N_CTX, pos).with(D_VOCAB, 1).with(ACT_FN, actFn).with(PLACEMENT, placement).with(NORM, norm).with(NORM_AFFINE, affine).with(NORM_EPS, eps).with(MASK, mask).with(BIAS, bias);
    }

    /** The case's sizes. */
    public ModelDims dims() {
        return new ModelDims(Dim.of("d_model", dModel), Dim.of("head", nHeads), Dim.of("head", keyValueHeads()), Dim.of("d_head", dHead), Dim.of("d_v", dV),
                Dim.of("d_mlp", dMlp), Dim.of("n_ctx", pos), Dim.of("d_vocab", 1));
    }

    /** Heads of keys and values: as many fewer as the kinds say. */
    private int keyValueHeads() {
        return nHeads / groups(kinds);
    }

    /** How many heads of queries share one of keys and values. */
    static int groups(ModelSpec kinds) {
        return kinds.layer(0).get(N_HEADS) / kinds.layer(0).keyValueHeads();
    }

    /** The same case at other widths of stream and heads. */
    public BlockCase withWidths(int stream, int heads) {
        return new BlockCase(mask, actFn, norm, eps, affine, bias, weightScale, input, inputScale, seed, batch, pos, stream, nHeads, heads, dV, dMlp, kinds);
    }

    /** [batch pos d_model]. */
    public Shape stream() {
        return Shape.of(Dim.of("batch", batch), Dim.of("pos", pos), Dim.of("d_model", dModel));
    }

    /**
     * The case's values for {@code cell}: as it is initialised, vectors with noise of standard deviation ½, since zeros and ones hide
     * faults; parameters times the weight scale.
     */
    public HostArray values(Cell cell, DType dtype) {
        RandomKey key = key().split(cell.name());
        double[] initial = cell.initializer().sample(cell.shape(), key);
        RandomKey noise = key.split("noise");
        double spread = cell.shape().rank() < 2 ? 0.5 : 0;
        double[] values = new double[initial.length];
        Arrays.setAll(values, i -> switch (cell) {
            case Parameter _ -> weightScale * (initial[i] + spread * noise.normal(i));
            case Buffer _ -> Math.abs(initial[i] + spread * noise.normal(i));         // a running variance is not negative
        });
        return HostArray.of(cell.shape(), dtype, values);
    }

    /** The case's input, [batch pos d_model]. */
    public HostArray xs(DType dtype) {
        RandomKey key = key().split("input");
        double[] values = new double[stream().elements()];
        Arrays.setAll(values, i -> inputScale * switch (input) {
            case NORMAL -> key.normal(i);
            case REPEATED -> key.normal((long) i / (pos * dModel) * dModel + i % dModel);
            case OFFSET -> 100 + key.normal(i);
            case CONSTANT -> key.normal(i / dModel);
            case ZERO -> 0;
        });
        return HostArray.of(stream(), dtype, values);
    }

    /** {@code xs} with another token at {@code position} of every sequence, of the input's scale. */
    public HostArray withAnotherToken(HostArray xs, int position) {
        RandomKey key = key().split("another token");
        double[] values = xs.toDoubles().clone();
        for (int sequence = 0; sequence < batch; sequence++) {
            int start = (sequence * pos + position) * dModel;
            for (int i = start; i < start + dModel; i++) {
                values[i] = inputScale * key.normal(i);
            }
        }
        return HostArray.of(xs.shape(), xs.dtype(), values);
    }

    private RandomKey key() {
        return RandomKey.of(seed);
    }

    @Override
    public String toString() {
        return Text.format("batch=%d pos=%d d_model=%d n_heads=%d d_head=%d d_v=%d d_mlp=%d, %s %s %s eps=%s%s%s, weights ×%s, input %s ×%s, seed %d",
                batch, pos, dModel, nHeads, dHead, dV, dMlp, Values.label(mask), actFn, norm, number(eps), affine ? " affine" : "",
                bias ? " biases" : "", number(weightScale), Values.label(input), number(inputScale), seed);
    }

    /** 1, 0.5, 1e-30. */
    private static String number(double value) {
        return Double.toString(value).replaceAll("\\.0(?=E|$)", "").replace('E', 'e');
    }
}
