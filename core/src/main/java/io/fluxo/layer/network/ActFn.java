package io.fluxo.layer.network;

import io.fluxo.layer.Layer;
import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;
import io.fluxo.shape.Dim;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/** The feed-forward network's nonlinearity, and with it the network's form: what {@code act_fn: NAME} in a ModelSpec stands for. */
@FunctionalInterface
public interface ActFn extends Part<ActFn> {

    PartKind<ActFn> KIND = Part.kind("act_fn", ActFn.class, ActFn::scalar);

    /**
     * The network, [… d_model] → the same by way of [… d_mlp].
     *
     * @param path where it stands: {@code blocks.0.mlp}
     */
    Layer network(String path, Dim dModel, Dim dMlp, FeedForward.Design design);

    /** Whether the hidden layer is a product of two projections. */
    default boolean isGated() {
        return false;
    }

    /**
     * The nonlinearity as a function of one number, if it is one. Claims about act(xW_in + b_in)W_out + b_out recompute it; they are not checked on a
     * network that does not declare it.
     */
    default Optional<DoubleUnaryOperator> scalar() {
        return Optional.empty();
    }

    /** The nonlinearity by itself, for a head that applies it; empty where the network has no such function. */
    default Optional<Activation> elementwise() {
        return Optional.empty();
    }

    /**
     * A network of two projections with {@code activation} between them.
     *
     * @param scalar the same function on the host
     */
    static ActFn of(Activation activation, DoubleUnaryOperator scalar) {
        return new ActFn() {
            @Override
            public Layer network(String path, Dim dModel, Dim dMlp, FeedForward.Design design) {
                return new FeedForward(path, dModel, dMlp, activation, design);
            }

            @Override
            public Optional<Activation> elementwise() {
                return Optional.of(activation);
            }

            @Override
            public Optional<DoubleUnaryOperator> scalar() {
                return Optional.of(scalar);
            }
        };
    }

    /** A network whose hidden layer is gated by {@code activation} (Shazeer 2020). */
    static ActFn gated(Activation activation) {
        return new ActFn() {
            @Override
            public Layer network(String path, Dim dModel, Dim dMlp, FeedForward.Design design) {
                return new GatedFeedForward(path, dModel, dMlp, activation, design);
            }

            @Override
            public boolean isGated() {
                return true;
            }
        };
    }
}
