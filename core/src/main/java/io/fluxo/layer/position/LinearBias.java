package io.fluxo.layer.position;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/**
 * ALiBi (Press, Smith and Lewis 2022): the score of a query and a key falls with their distance, by the slope 2^(−8h/n_heads) in head h from 1
 * on, whatever n_heads is. Untrained.
 */
public record LinearBias() implements ScorePositions {

    @Override
    public boolean addsBias() {
        return true;
    }

    /** −slope·|i − j|, [head n m]. */
    @Override
    public Tensor bias(Pass pass, Dim heads, Dim n, Dim m, DType dtype) {
        Shape pairs = Shape.of(n, m);
        Tensor distance = pass.sub(Positions.from(pass, m.minus(n), 0, pairs, dtype), pass.iota(1, pairs, dtype));
        Tensor away = pass.maximum(distance, pass.neg(distance));                                // [n m]
        Shape column = Shape.of(heads, Dim.ONE, Dim.ONE);
        Tensor number = pass.shift(pass.iota(0, column, dtype), 1);                              // 1 … n_heads
        Tensor slope = pass.exp(pass.scale(pass.scale(number, Scalar.reciprocal(heads)), -8 * Math.log(2)));
        return pass.neg(pass.mul(slope, away));
    }
}
