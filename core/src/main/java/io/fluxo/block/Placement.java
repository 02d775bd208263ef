package io.fluxo.block;

import io.fluxo.layer.attention.Absent;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;
import io.fluxo.shape.Dim;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Where the norms stand: what {@code placement: NAME} in a ModelSpec stands for. */
public interface Placement extends Part<Placement> {

    PartKind<Placement> KIND = Part.kind("placement", Placement.class, Placement::traits);

    /** A block out of {@code parts}. */
    Block block(Parts parts);

    /** Whether a stack that ends in such a block ends in a norm before the unembedding. */
    boolean finalNorm();

    /** Whether a stack that begins with such a block begins with a norm of the embedding: x_0 ← N(x_0). */
    default boolean embedNorm() {
        return false;
    }

    /** What the placement declares about itself. */
    default Traits traits() {
        return Traits.ORDINARY;
    }

    /** What the block requires of its sub-layers. */
    default SubLayers subLayers(SubLayers.Site site) {
        return SubLayers.ORDINARY;
    }

    /**
     * The stack of a model whose first block has this placement.
     *
     * @param blocks of this and perhaps of other placements
     * @param norm   makes a norm of the stream's width under a path: {@code ln_final}
     */
    default Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new Stack(blocks);
    }

    /** The same placement, whose blocks are made of changed parts: watched, silenced, faulty. */
    default Placement changing(UnaryOperator<Parts> change) {
        return new ChangedParts(this, change);
    }

    /** @param change of the parts of its blocks */
    record ChangedParts(Placement original, UnaryOperator<Parts> change) implements DelegatingPlacement {

        @Override
        public Placement of(Placement other) {
            return new ChangedParts(other, change);
        }

        @Override
        public Block block(Parts parts) {
            return original.block(change.apply(parts));
        }
    }

    /**
     * What a block is made of. A sub-layer that the model leaves out is {@link Absent}.
     *
     * @param path      where it stands: {@code blocks.0}
     * @param depth     the same in numbers
     * @param attention the part that lets tokens see each other
     * @param mlp       the feed-forward network
     * @param norm      makes a norm of the stream's width under a path within the block: {@code ln1}
     * @param residual  how the sub-layers' outputs join the stream
     * @param width     the stream's; empty where a block is put together by hand from parts that know theirs
     */
    record Parts(String path, Depth depth, Attention attention, Layer mlp, Function<String, Layer> norm, Residual residual, Optional<Dim> width) {

        /** Of a block that has no parameters of the stream's width but those of its parts. */
        public Parts(String path, Depth depth, Attention attention, Layer mlp, Function<String, Layer> norm, Residual residual) {
            this(path, depth, attention, mlp, norm, residual, Optional.empty());
        }

        /** Of a block by itself, with plain residual connections. */
        public Parts(String path, Attention attention, Layer mlp, Function<String, Layer> norm) {
            this(path, Depth.ALONE, attention, mlp, norm, Residual.IDENTITY);
        }

        public Parts withAttention(Attention other) {
            return new Parts(path, depth, other, mlp, norm, residual, width);
        }

        public Parts withMlp(Layer other) {
            return new Parts(path, depth, attention, other, norm, residual, width);
        }

        /** The norms, each changed by {@code change}. */
        public Parts withNorms(UnaryOperator<Layer> change) {
            return new Parts(path, depth, attention, mlp, name -> change.apply(norm.apply(name)), residual, width);
        }

        /** The same, whose sub-layers' outputs join the stream in another way. */
        public Parts withResidual(Residual other) {
            return new Parts(path, depth, attention, mlp, norm, other, width);
        }

        /** The stream's width, for parameters of the block's own. */
        public Dim dModel() {
            return width.orElseThrow(() -> new IllegalStateException(Text.format("the block %s has parameters of the stream's width, and its parts do not say it", path)));
        }

        /** A norm of the attention sub-layer; absent where attention is. */
        public Layer attentionNorm(String name) {
            return attention instanceof Absent ? new Absent(path + "." + name) : norm.apply(name);
        }

        /** A norm of the feed-forward sub-layer; absent where the network is. */
        public Layer mlpNorm(String name) {
            return mlp instanceof Absent ? new Absent(path + "." + name) : norm.apply(name);
        }
    }

    /** A placement from a block's constructor, of ordinary traits. */
    static Placement of(Function<Parts, Block> constructor, boolean finalNorm) {
        return of(constructor, finalNorm, Traits.ORDINARY);
    }

    /** A placement from a block's constructor. */
    static Placement of(Function<Parts, Block> constructor, boolean finalNorm, Traits traits) {
        return new Placement() {
            @Override
            public Block block(Parts parts) {
                return constructor.apply(parts);
            }

            @Override
            public boolean finalNorm() {
                return finalNorm;
            }

            @Override
            public Traits traits() {
                return traits;
            }
        };
    }
}
