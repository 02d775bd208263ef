package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Attention;
import java.util.function.Function;

/** Where the norms stand: what {@code placement: NAME} in a ModelSpec stands for. */
public interface Placement {

    /** A block out of {@code parts}. */
    Block block(Parts parts);

    /** Whether the stack ends in a norm before the unembedding. */
    boolean finalNorm();

    /**
     * What a block is made of.
     *
     * @param path      where it stands: {@code blocks.0}
     * @param attention the part that lets tokens see each other
     * @param mlp       the feed-forward network
     * @param norm      makes a norm of the stream's width under a path within the block: {@code ln1}
     */
    record Parts(String path, Attention attention, Layer mlp, Function<String, Layer> norm) {}

    /** A placement from a block's constructor. */
    static Placement of(Function<Parts, Block> constructor, boolean finalNorm) {
        return new Placement() {
            @Override
            public Block block(Parts parts) {
                return constructor.apply(parts);
            }

            @Override
            public boolean finalNorm() {
                return finalNorm;
            }
        };
    }
}
