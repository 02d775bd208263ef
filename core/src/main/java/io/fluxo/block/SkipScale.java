package io.fluxo.block;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;

/**
 * What the residual is weighed by.
 *
 * @param alpha α; 0 stands for twice the number of layers
 */
public record SkipScale(double alpha) {

    /** Beside the name of a placement that has it. */
    public static final Key<Double> ALPHA = Key.of("alpha", Type.real(Range.NOT_NEGATIVE), 0.0,
            "what the residual is multiplied by before the sum; 0 stands for 2·n_layers");

    /** The standard one. */
    public static final SkipScale STANDARD = new SkipScale(0);

    /** As it is written beside the name. */
    public static SkipScale of(OwnSettings own) {
        return new SkipScale(own.get(ALPHA));
    }

    /** α in a stack of so many layers. */
    public double in(Depth depth) {
        return alpha == 0 ? 2.0 * depth.layers() : alpha;
    }
}
