package io.fluxo.train;

import io.fluxo.layer.Cell;
import io.fluxo.tensor.Tensor;
import java.util.List;

/** Notices when a model's cells hold other tensors than before: what was recorded about the former ones is then invalid. */
final class CellWatch {

    private final List<Cell> cells;
    private final Tensor[] values;

    CellWatch(List<Cell> cells) {
        this.cells = cells;
        this.values = new Tensor[cells.size()];
        remember();
    }

    /** Remembers the tensors that the cells hold now. */
    void remember() {
        for (int i = 0; i < values.length; i++) {
            values[i] = cells.get(i).value();
        }
    }

    /** Whether the cells hold what they did when they were last remembered. */
    boolean unchanged() {
        for (int i = 0; i < values.length; i++) {
            if (cells.get(i).value() != values[i]) {
                return false;
            }
        }
        return true;
    }
}
