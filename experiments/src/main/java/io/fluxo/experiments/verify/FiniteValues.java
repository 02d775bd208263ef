package io.fluxo.experiments.verify;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Looks whether every value that is computed is what proofs assume: a finite number, or −∞ where a mask says so. Values inside a kernel are not seen; one
 * that matters comes out of the kernel as a NaN.
 */
final class FiniteValues extends DelegatingBackend {

    private double largest;
    private Optional<String> offence = Optional.empty();

    FiniteValues(Backend inner) {
        super("", inner);
    }

    /** The largest finite magnitude so far. */
    double largest() {
        return largest;
    }

    /** The first value that was not finite, as a sentence; empty where there was none. */
    Optional<String> offence() {
        return offence;
    }

    /** That of what it looks at, so that nobody is told of it. */
    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return looked(op, super.execute(op, inputs));
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        Fused made = super.runFused(op, save, inputs);
        looked(op, made.output());
        return made;
    }

    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        Optional<Shown> made = super.runShowing(op, wanted, inputs);
        made.ifPresent(shown -> {
            shown.inside().values().forEach(value -> looked(op, value));
            looked(op, shown.output());
        });
        return made;
    }

    private Tensor looked(Op op, Tensor result) {
        if (offence.isEmpty()) {
            for (double value : inner.download(result).toDoubles()) {
                if (Double.isNaN(value) || value == Double.POSITIVE_INFINITY) {
                    offence = Optional.of(Text.format("%s → %s gives %s", op.name(), result.shape(), Double.isNaN(value) ? "NaN" : "+∞"));
                    break;
                }
                largest = Double.isInfinite(value) ? largest : Math.max(largest, Math.abs(value));
            }
        }
        return result;
    }

    /** Asked every time: what is replayed would not be seen. */
    @Override
    public Routine routine(Supplier<Tensor> step) {
        return step::get;
    }
}
