package io.fluxo.property;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Which cases a claim is about: {@code BlockDomain.of(F64).minPos(2).width(3, 33).masks(CAUSAL)}. Kinds and scales are listed
 * from the most ordinary on; shrinking makes them ordinary first, then the sizes small. Immutable.
 */
public final class BlockDomain implements Generator<BlockCase> {

    private static final int SEEDS = 1_000;

    private record Range(int least, int most) {
        Range {
            if (least < 1 || least > most) {
                throw new IllegalArgumentException(Text.format("a domain with sizes from %d to %d has no cases", least, most));
            }
        }

        Range from(int atLeast) {
            return new Range(Math.max(least, atLeast), most);
        }

        int choose(Choices choices) {
            return choices.integer(least, most);
        }
    }

    /** Of d_head and of d_v, one independent of the other. */
    private static final Range HEAD_WIDTH = new Range(1, 5);

    private List<MaskKind> masks = List.of(MaskKind.values());
    private List<Choice> actFns = choices(ModelParts.CATALOG.names(ActFn.KIND));
    private List<Choice> norms = choices(List.of("layer_norm", "rms_norm"));
    private List<Double> eps = List.of(1e-5, 1e-3, 1e-12);
    private List<Double> weightScales = List.of(1.0, 0.0, 1e-3, 10.0);
    private List<InputKind> inputs = List.of(InputKind.values());
    private List<Double> inputScales = List.of(1.0, 1e-3, 1e3, 1e-30, 1e18);
    private Range batch = new Range(1, 3);
    private Range pos = new Range(1, 17);
    private Range width = new Range(1, 33);
    private Range heads = new Range(1, 4);
    private ModelSpec kinds = ModelSpec.DEFAULT;
    private boolean inPairs;

    private BlockDomain() {}

    /** All that Fluxo's own blocks are made for: from tiny inputs to some whose squares nearly overflow in {@code dtype}. */
    public static BlockDomain of(DType dtype) {
        BlockDomain all = new BlockDomain();
        return dtype == DType.F64 ? all.inputScales(1, 1e-3, 1e3, 1e-30, 1e18, 1e30) : all;
    }

    public BlockDomain masks(MaskKind... only) {
        return with(copy -> copy.masks = some(List.of(only)));
    }

    /** Registered names of activations. */
    public BlockDomain actFns(String... only) {
        return actFns(choices(List.of(only)));
    }

    public BlockDomain actFns(List<Choice> only) {
        return with(copy -> copy.actFns = some(only));
    }

    /** Registered names of norms. */
    public BlockDomain norms(String... only) {
        return norms(choices(List.of(only)));
    }

    public BlockDomain norms(List<Choice> only) {
        return with(copy -> copy.norms = some(only));
    }

    public BlockDomain eps(double... only) {
        return with(copy -> copy.eps = some(box(only)));
    }

    /** Factors on the initialised weights. */
    public BlockDomain weightScales(double... only) {
        return with(copy -> copy.weightScales = some(box(only)));
    }

    public BlockDomain inputs(InputKind... only) {
        return with(copy -> copy.inputs = some(List.of(only)));
    }

    public BlockDomain inputScales(double... only) {
        return with(copy -> copy.inputScales = some(box(only)));
    }

    public BlockDomain minBatch(int least) {
        return with(copy -> copy.batch = batch.from(least));
    }

    /** No sequence shorter than {@code least} tokens. */
    public BlockDomain minPos(int least) {
        return with(copy -> copy.pos = pos.from(least));
    }

    public BlockDomain batch(int least, int most) {
        return with(copy -> copy.batch = new Range(least, most));
    }

    /** Tokens of a sequence. */
    public BlockDomain pos(int least, int most) {
        return with(copy -> copy.pos = new Range(least, most));
    }

    /** d_model; d_mlp is independent of it, from 1 to {@code most}. */
    public BlockDomain width(int least, int most) {
        return with(copy -> copy.width = new Range(least, most));
    }

    public BlockDomain heads(int least, int most) {
        return with(copy -> copy.heads = new Range(least, most));
    }

    /**
     * The kinds of attention, positions, residual connection and sub-layers: those of {@code model}, every layer of which is like the first. Features that are
     * turned in pairs make heads of even width.
     */
    public BlockDomain kinds(ModelSpec model, Catalog catalog) {
        boolean pairs = catalog.part(PositionKind.KIND, model.get(POSITIONS)).traits().inPairs() && model.layer(0).attention(catalog).matches();
        return with(copy -> {
            copy.kinds = model.like(model.layer(0), catalog);
            copy.inPairs = pairs;
        });
    }

    /** The masks some of the cases have. */
    public List<MaskKind> masks() {
        return masks;
    }

    @Override
    public BlockCase from(Choices choices) {
        return new BlockCase(choices.oneOf(masks), choices.oneOf(actFns), choices.oneOf(norms), choices.oneOf(eps), choices.flag(), choices.flag(),
                choices.oneOf(weightScales), choices.oneOf(inputs), choices.oneOf(inputScales), choices.integer(0, SEEDS - 1),
                batch.choose(choices), pos.choose(choices), width.choose(choices), heads.choose(choices) * BlockCase.groups(kinds),
                HEAD_WIDTH.choose(choices) * (inPairs ? 2 : 1), HEAD_WIDTH.choose(choices), choices.integer(1, width.most), kinds);
    }

    private BlockDomain with(Consumer<BlockDomain> change) {
        BlockDomain copy = new BlockDomain();
        copy.masks = masks;
        copy.actFns = actFns;
        copy.norms = norms;
        copy.eps = eps;
        copy.weightScales = weightScales;
        copy.inputs = inputs;
        copy.inputScales = inputScales;
        copy.batch = batch;
        copy.pos = pos;
        copy.width = width;
        copy.heads = heads;
        copy.kinds = kinds;
        copy.inPairs = inPairs;
        change.accept(copy);
        return copy;
    }

    private static List<Double> box(double... values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static List<Choice> choices(List<String> names) {
        return names.stream().map(Choice::of).toList();
    }

    private static <T> List<T> some(List<T> only) {
        if (only.isEmpty()) {
            throw new IllegalArgumentException("a domain without any choice has no cases");
        }
        return only;
    }
}
