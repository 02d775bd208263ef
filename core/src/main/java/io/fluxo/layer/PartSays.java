package io.fluxo.layer;

import java.util.function.Supplier;

/** Questions to parts that may be a third party's: one that cannot answer is not found here, since building or running it will tell what is wrong. */
public final class PartSays {

    private PartSays() {}

    /** What {@code question} comes to, or {@code otherwise} where asking it fails or comes to null. Memory that runs out is no fault of the part. */
    public static <T> T orElse(T otherwise, Supplier<T> question) {
        try {
            T answer = question.get();
            return answer == null ? otherwise : answer;
        } catch (OutOfMemoryError noFault) {
            throw noFault;
        } catch (RuntimeException | Error broken) {
            return otherwise;
        }
    }
}
