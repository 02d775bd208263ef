package io.fluxo.layer.position;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/** How positions enter attention's scores: queries and keys are turned, something is added to the scores, or neither. */
public interface ScorePositions {

    /** Not at all. */
    ScorePositions NONE = new ScorePositions() {};

    /** Whether {@link #turn} changes anything. */
    default boolean turns() {
        return false;
    }

    /**
     * Queries or keys as they enter the scores, [batch n head d_head] → the same.
     *
     * @param first the position of the first row
     */
    default Tensor turn(Pass pass, Tensor x, Dim first) {
        return x;
    }

    /** Whether {@link #bias} is there. */
    default boolean addsBias() {
        return false;
    }

    /**
     * What is added to the scores, [head n m]; the n queries stand at the last of the m keys' positions.
     *
     * @throws UnsupportedOperationException where nothing is added
     */
    default Tensor bias(Pass pass, Dim heads, Dim n, Dim m, DType dtype) {
        throw new UnsupportedOperationException("nothing is added to the scores");
    }
}
