package io.fluxo.layer;

import java.util.function.Supplier;

/**
 * Questions to parts that may be a third party's. A part that cannot answer gets a default here; building or running it will report what is wrong.
 */
public final class PartSays {

    private PartSays() {}

    /**
     * The answer to {@code question}, or {@code otherwise} where it throws or returns null. Running out of memory is not the part's fault, and passes
     * through.
     */
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
