package io.fluxo.train;

import io.fluxo.layer.Parameter;
import io.fluxo.op.Ops;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * Muon (Jordan et al. 2024): the update of a block's matrix is its Nesterov momentum made nearly orthogonal by five Newton-Schulz steps, times √max(1, columns/rows) of W [in out]. Embeddings, unembedding,
 * gains and biases are updated by AdamW. {@code optimizer: muon}, or {@code {kind: muon, matrices: 20}}.
 *
 * @param momentum of the gradient
 * @param matrices the learning rate of blocks' matrices, as a multiple of {@code lr}
 */
public record Muon(double momentum, double matrices) implements OptimizerKind {

    public static final Key<Double> MOMENTUM = Key.of("momentum", Type.real(Range.SHARE), 0.95, "share of the momentum that is kept from step to step");

    public static final Key<Double> MATRICES = Key.of("matrices", Type.real(Range.POSITIVE), 10.0, "learning rate of blocks' matrices, as a multiple of lr");

    /** Coefficients of the Newton-Schulz step: X ← aX + (bA + cA²)X with A = XXᵀ. */
    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;
    private static final int ROUNDS = 5;
    private static final double LEAST = 1e-7;

    @Override
    public List<Key<?>> keys() {
        return List.of(MOMENTUM, MATRICES);
    }

    @Override
    public OptimizerKind with(OwnSettings own) {
        return new Muon(own.get(MOMENTUM), own.get(MATRICES));
    }

    @Override
    public UpdateRule rule(TrainingSpec spec, double decay) {
        return ADAMW.rule(spec, decay);
    }

    @Override
    public UpdateRule rule(TrainingSpec spec, double decay, Parameter parameter) {
        boolean hidden = parameter.shape().rank() == 2 && parameter.name().startsWith("blocks.");
        return hidden ? new UpdateRule.Composition((ops, w, state, gradient, rate) -> step(ops, w, state[0], gradient, rate, decay), 1) : rule(spec, decay);
    }

    private Tensor[] step(Ops ops, Tensor w, Tensor former, Tensor gradient, Tensor rate, double decay) {
        Tensor average = ops.add(ops.scale(former, momentum), gradient);
        Tensor ahead = ops.add(gradient, ops.scale(average, momentum));
        int rows = w.shape().size(0);
        int columns = w.shape().size(1);
        Tensor update = ops.scale(orthogonal(ops, ahead, rows > columns), Math.sqrt(Math.max(1, (double) columns / rows)));
        Tensor decayed = decay == 0 ? update : ops.add(update, ops.scale(w, decay / matrices));
        return new Tensor[] {ops.sub(w, ops.mul(decayed, ops.scale(rate, matrices))), average};
    }

    /** @param tall whether products are taken of the transposed matrix, which are then smaller */
    private static Tensor orthogonal(Ops ops, Tensor x, boolean tall) {
        Tensor norm = ops.shift(ops.sqrt(ops.sumAll(ops.mul(x, x))), LEAST);
        Tensor current = ops.div(tall ? ops.permute(x, 1, 0) : x, norm);
        for (int round = 0; round < ROUNDS; round++) {
            Tensor square = ops.matMul(current, current, false, true);
            Tensor polynomial = ops.add(ops.scale(square, B), ops.scale(ops.matMul(square, square), C));
            current = ops.add(ops.scale(current, A), ops.matMul(polynomial, current));
        }
        return tall ? ops.permute(current, 1, 0) : current;
    }
}
