package io.fluxo.experiments.verify;

import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;

/** A case in words. */
public final class CaseWords {

    private CaseWords() {}

    /** {@code 1 sequence of 2 tokens, d_model 1, 1 head (d_head 1, d_v 1), d_mlp 1; causal mask, relu, layer_norm …}. */
    public static String of(BlockCase drawn) {
        return Text.format("%s of %s, d_model %d, %s (d_head %d, d_v %d), d_mlp %d; %s mask, %s, %s with ε = %s%s%s; weights%s; %s; numbers drawn from %d",
                count(drawn.batch(), "sequence"), count(drawn.pos(), "token"), drawn.dModel(), count(drawn.nHeads(), "head"), drawn.dHead(),
                        drawn.dV(), drawn.dMlp(),
                Values.label(drawn.mask()), drawn.actFn(), drawn.norm(), number(drawn.eps()), drawn.affine() ? ", gains" : "", drawn.bias() ? ", biases" : "",
                drawn.weightScale() == 1 ? " as initialised" : " × " + number(drawn.weightScale()), input(drawn.input(), drawn.inputScale()), drawn.seed());
    }

    private static String input(InputKind kind, double scale) {
        String size = scale == 1 ? "" : " × " + number(scale);
        return switch (kind) {
            case NORMAL -> "random tokens" + size;
            case REPEATED -> "the same random token everywhere" + size;
            case OFFSET -> "random tokens about a mean of 100" + size;
            case CONSTANT -> "tokens whose features are all equal" + size;
            case ZERO -> "tokens of zeros";
        };
    }

    private static String count(int n, String noun) {
        return n == 1 ? "1 " + noun : Text.format("%d %ss", n, noun);
    }

    private static String number(double value) {
        return Double.toString(value).replaceAll("\\.0(?=E|$)", "").replace('E', 'e');
    }
}
