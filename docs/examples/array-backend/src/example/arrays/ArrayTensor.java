package example.arrays;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;

/** An array that nobody changes, and the scope that owns it; an update may take it over. */
final class ArrayTensor implements Tensor {

    private final HostArray values;
    private ArrayScope owner;
    private boolean takenOver;

    ArrayTensor(HostArray values, ArrayScope owner) {
        this.values = values;
        this.owner = owner;
    }

    HostArray values() {
        return values;
    }

    ArrayScope owner() {
        return owner;
    }

    void moveTo(ArrayScope scope) {
        owner = scope;
    }

    boolean isTakenOver() {
        return takenOver;
    }

    void takeOver() {
        takenOver = true;
    }

    @Override
    public Shape shape() {
        return values.shape();
    }

    @Override
    public DType dtype() {
        return values.dtype();
    }
}
