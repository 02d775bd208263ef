package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.HostArray;
import java.util.function.Predicate;

/** A pass over one sequence that can be made again, to keep other values. */
@FunctionalInterface
public interface Run {

    Recording keeping(Predicate<HookPoint> wanted);

    /** Over tokens. */
    static Run of(Inspected subject, int[] ids) {
        return wanted -> Recording.of(subject, ids, wanted);
    }

    /**
     * From the stream on, for a model whose input is no text.
     *
     * @param x0 what enters the first block, [1 pos d_model]
     */
    static Run from(Inspected subject, HostArray x0) {
        return wanted -> Recording.from(subject, x0, wanted);
    }
}
