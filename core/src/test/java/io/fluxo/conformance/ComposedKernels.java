package io.fluxo.conformance;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gives a backend without kernels a kernel pair for every fused operation: the composition and its derivative. A place to plant faults. */
public class ComposedKernels extends DelegatingBackend {

    public ComposedKernels(Backend inner) {
        super("composed", inner);
    }

    @Override
    public boolean fuses(FusedOp op) {
        return true;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return new Fused(op.compose(new Ops(inner), inputs));
    }

    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        Map<FusedOp.Inside, Tensor> inside = new EnumMap<>(FusedOp.Inside.class);
        Tensor output = op.compose(new Ops(inner), (place, value) -> {
            Tensor shown = value.get();
            if (wanted.contains(place)) {
                inside.put(place, shown);
            }
            return shown;
        }, inputs);
        return Optional.of(new Shown(output, inside));
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        try (AutodiffBackend autodiff = new AutodiffBackend(inner)) {
            Tensor[] watched = new Tensor[inputs.length];
            List<Tensor> floating = new ArrayList<>();
            for (int i = 0; i < inputs.length; i++) {                                // a handle for each: the same tensor may come twice
                watched[i] = inputs[i].dtype().isFloating() ? autodiff.watch(new Ops(inner).stopGradient(inputs[i])) : inputs[i];
                if (inputs[i].dtype().isFloating()) {
                    floating.add(watched[i]);
                }
            }
            Tensor output = op.compose(new Ops(autodiff), watched);
            Tensor[] found = autodiff.gradients(output, gradient, floating);
            Tensor[] gradients = new Tensor[inputs.length];
            for (int i = 0, next = 0; i < inputs.length; i++) {
                gradients[i] = inputs[i].dtype().isFloating() ? found[next++] : null;
            }
            return gradients;
        }
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        Tensor[] gradients = backward(op, inputs, forward, gradient);
        gradients[0] = update(new UpdateOp.Accumulate(), sum, gradients[0])[0];
        return gradients;
    }
}
