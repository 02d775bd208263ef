package io.fluxo.experiments.inspect.instrument;

import io.fluxo.block.Branch;

/** Where a term of a decomposition comes from. */
public sealed interface Origin {

    /** What enters the stream before the first block, by its hook point: {@code hook_embed}, {@code hook_pos_embed}. */
    record Input(String point) implements Origin {
        @Override
        public String toString() {
            return point;
        }
    }

    /** What one sub-layer adds to the stream. */
    record SubLayer(int layer, Branch.Kind kind) implements Origin {
        @Override
        public String toString() {
            return "blocks." + layer + "." + kind.contribution();
        }
    }

    /** What one head adds through its rows of W_O. */
    record Head(int layer, int head) implements Origin {
        @Override
        public String toString() {
            return "blocks." + layer + ".attn, head " + head;
        }
    }

    /** What one head moves from the token at {@code position}. */
    record Source(int layer, int head, int position) implements Origin {
        @Override
        public String toString() {
            return "blocks." + layer + ".attn, head " + head + ", from " + position;
        }
    }

    /** What one hidden number of the network adds through its row of W_out. */
    record Neuron(int layer, int neuron) implements Origin {
        @Override
        public String toString() {
            return "blocks." + layer + ".mlp, neuron " + neuron;
        }
    }

    /** What does not depend on the stream: a norm's β, by the norm's path, or a bias, by its name. */
    record Constant(String name) implements Origin {
        @Override
        public String toString() {
            return name;
        }
    }
}
