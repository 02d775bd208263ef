package io.fluxo.train;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import java.util.List;

/**
 * Half a wave of the cosine, from 1 at the end of the warm-up to {@code least} at the last step: {@code schedule: cosine}, or {@code {kind: cosine, least: 0.1}}.
 *
 * @param least share of the peak rate at the last step; with 0, that step changes no parameter
 */
public record Cosine(double least) implements Schedule {

    public static final Key<Double> LEAST = Key.of("least", Type.real(Range.SHARE), 0.0, "share of the peak rate that is left at the last step");

    @Override
    public List<Key<?>> keys() {
        return List.of(LEAST);
    }

    @Override
    public Schedule with(OwnSettings own) {
        return new Cosine(own.get(LEAST));
    }

    @Override
    public double factor(int t, int warmup, int steps) {
        double wave = t <= warmup || steps <= warmup ? 1 : 0.5 * (1 + StrictMath.cos(Math.PI * (double) (t - warmup) / (steps - warmup)));
        return least == 0 ? wave : least + (1 - least) * wave;
    }
}
