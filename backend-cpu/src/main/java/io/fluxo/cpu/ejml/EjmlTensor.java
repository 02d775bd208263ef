package io.fluxo.cpu.ejml;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;

/** A contiguous row-major tensor and the scope that owns it. */
final class EjmlTensor implements Tensor {

    private final Shape shape;
    private final DType dtype;
    private final EjmlValues values;
    private EjmlScope owner;
    private String takenOverBy;

    EjmlTensor(Shape shape, DType dtype, EjmlValues values, EjmlScope owner) {
        this.shape = shape;
        this.dtype = dtype;
        this.values = values;
        this.owner = owner;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    EjmlValues values() {
        return values;
    }

    EjmlScope owner() {
        return owner;
    }

    void moveTo(EjmlScope scope) {
        owner = scope;
    }

    void takeOver(String operation) {
        takenOverBy = operation;
    }

    @Override
    public String toString() {
        if (takenOverBy != null || owner.isClosed()) {
            return Preview.of(shape, dtype, takenOverBy != null ? "on ejml, taken over by " + takenOverBy : "on ejml, its scope is closed");
        }
        return Preview.of(shape, dtype, "on ejml", i -> switch (values) {
            case EjmlValues.Reals(double[] array) -> array[i];
            case EjmlValues.Integers(long[] array) -> dtype == DType.BOOL ? (Object) (array[i] != 0) : (Object) array[i];
        });
    }

    /** An error that names {@code operation} unless the tensor still lives. */
    void requireAlive(String operation) {
        if (takenOverBy != null) {
            throw new IllegalStateException(Text.format("%s: the tensor %s was taken over by %s", operation, shape, takenOverBy));
        }
        if (owner.isClosed()) {
            throw new IllegalStateException(Text.format("%s: the tensor %s is used after its scope closed", operation, shape));
        }
    }
}
