package io.fluxo.layer;

import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;

/** How weight matrices are drawn: what {@code init: NAME} in a ModelSpec stands for. */
@FunctionalInterface
public interface InitKind extends Part<InitKind> {

    PartKind<InitKind> KIND = Part.kind("init", InitKind.class);

    /** Initial values of a weight matrix; {@code std} is {@code init_std}. */
    Initializer matrix(double std);

    /** Initial values of W_O and W_out, whose results are added to the stream twice in each of {@code layers} layers. */
    default Initializer outer(double std, int layers) {
        return matrix(std);
    }

    /** Whether it reads {@code init_std}. */
    default boolean readsStd() {
        return true;
    }
}
