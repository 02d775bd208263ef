package io.fluxo.cuda.torch.inside;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** What libtorch's calls leave behind, values and arguments alike, is closed when the call is over; only what is kept stays. */
final class Scoped {

    private Scoped() {}

    /** Runs {@code body} and closes every pointer it made and did not {@linkplain #keep keep}. */
    static <T> T within(Supplier<T> body) {
        try (PointerScope _ = new PointerScope()) {
            return body.get();
        }
    }

    /** Leaves {@code pointer} open. */
    static <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        PointerScope.getInnerScope().detach(pointer);                                // which gives back one reference
        return pointer;
    }
}
