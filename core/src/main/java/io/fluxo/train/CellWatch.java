package io.fluxo.train;

import io.fluxo.layer.Cell;
import io.fluxo.tensor.Tensor;
import java.util.List;

/** Notices when others have put tensors into a model's cells: what was remembered about the former ones is of no use then. */
final class CellWatch {

    private final List<Cell> cells;
    private final Tensor[] values;

    CellWatch(List<Cell> cells) {
        this.cells = cells;
        this.values = new Tensor[cells.size()];
        remember();
    }

    /** What the cells hold now is as it should be. */
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
