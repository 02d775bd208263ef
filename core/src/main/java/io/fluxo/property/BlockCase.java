package io.fluxo.property;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.Parameter;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * One block, its weights and its input, as numbers a person can read: weights and input are drawn from {@code seed}. All widths are
 * independent of each other.
 *
 * @param affine      whether norms carry a gain (and bias)
 * @param bias        whether projections carry a bias
 * @param weightScale times the weights as they are initialised
 * @param inputScale  times the input of its kind
 */
public record BlockCase(MaskKind mask, ActFn actFn, String norm, double eps, boolean affine, boolean bias, double weightScale, InputKind input,
                        double inputScale, int seed, int batch, int pos, int dModel, int nHeads, int dHead, int dV, int dMlp) {

    /** Under this name the block under test stands in the catalogue it is built from. */
    private static final String SUBJECT = "block under test";

    /** The case's block, from Fluxo's own sub-layers and norms. */
    public Block block(Placement placement) {
        return block(placement, Catalog.STANDARD);
    }

    /** The case's block; its norm is looked up in {@code catalog}. */
    public Block block(Placement placement, Catalog catalog) {
        return block(placement, catalog, dims());
    }

    /** The case's block at other sizes: symbols, to prove something of it. */
    public Block block(Placement placement, Catalog catalog, ModelDims sizes) {
        return ModelBuilder.build(spec(SUBJECT), sizes, catalog.plus(Map.of(SUBJECT, placement), Map.of())).blocks().getFirst();
    }

    /** A model of one such block. Its widths are those of {@link #dims}: a specification cannot say d_v. */
    public ModelSpec spec(String placement) {
        ModelSpec d = ModelSpec.DEFAULT;
        return new ModelSpec(1, dModel, nHeads, dHead, dMlp, pos, 1, actFn, placement, norm, affine, eps, d.attention(), mask, true, d.residual(),
                d.positions(), bias, false, 0, d.init(), d.embedStd());
    }

    /** The case's sizes. */
    public ModelDims dims() {
        return new ModelDims(Dim.of("d_model", dModel), Dim.of("head", nHeads), Dim.of("d_head", dHead), Dim.of("d_v", dV),
                Dim.of("d_mlp", dMlp), Dim.of("n_ctx", pos), Dim.of("d_vocab", 1));
    }

    /** [batch pos d_model]. */
    public Shape stream() {
        return Shape.of(Dim.of("batch", batch), Dim.of("pos", pos), Dim.of("d_model", dModel));
    }

    /**
     * The case's values for {@code parameter}: as it is initialised, vectors with noise of standard deviation ½, since zeros and ones hide
     * faults; all times the weight scale.
     */
    public HostArray values(Parameter parameter, DType dtype) {
        RandomKey key = key().split(parameter.name());
        double[] initial = parameter.initializer().sample(parameter.shape(), key);
        RandomKey noise = key.split("noise");
        double spread = parameter.shape().rank() < 2 ? 0.5 : 0;
        double[] values = new double[initial.length];
        Arrays.setAll(values, i -> weightScale * (initial[i] + spread * noise.normal(i)));
        return HostArray.of(parameter.shape(), dtype, values);
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
        return "batch=%d pos=%d d_model=%d n_heads=%d d_head=%d d_v=%d d_mlp=%d, %s %s %s eps=%s%s%s, weights ×%s, input %s ×%s, seed %d".formatted(
                batch, pos, dModel, nHeads, dHead, dV, dMlp, name(mask), name(actFn), norm, number(eps), affine ? " affine" : "",
                bias ? " biases" : "", number(weightScale), name(input), number(inputScale), seed);
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** 1, 0.5, 1e-30. */
    private static String number(double value) {
        return Double.toString(value).replaceAll("\\.0(?=E|$)", "").replace('E', 'e');
    }
}
