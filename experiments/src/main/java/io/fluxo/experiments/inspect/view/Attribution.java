package io.fluxo.experiments.inspect.view;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.instrument.DirectAttribution;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Level;
import io.fluxo.generate.Sampler;
import io.fluxo.inspect.MeaninglessInstrumentException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The largest logit of the last position, taken apart.
 *
 * @param token      whose logit
 * @param bySubLayer the shares of what each sub-layer added to the stream
 * @param byHead     with attention's taken apart into heads; empty where a head has no share of its own
 */
public record Attribution(int token, Level bySubLayer, Optional<Level> byHead) {

    static Attribution of(Inspected subject, int[] ids) {
        double[][] logits = Recording.of(subject, ids, _ -> false).logits();
        int token = Sampler.GREEDY.choose(logits[logits.length - 1], 0);
        DirectAttribution direct = DirectAttribution.of(subject, ids, new DirectAttribution.Target(ids.length - 1, token, OptionalInt.empty()));
        return new Attribution(token, direct.bySubLayer(), heads(direct));
    }

    private static Optional<Level> heads(DirectAttribution direct) {
        try {
            return Optional.of(direct.byHead());
        } catch (MeaninglessInstrumentException noHeads) {
            return Optional.empty();
        }
    }
}
