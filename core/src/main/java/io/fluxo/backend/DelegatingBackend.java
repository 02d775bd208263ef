package io.fluxo.backend;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Passes everything on to another backend, kernels and replays included; a decorator overrides what it is about. A decorator that overrides {@link
 * #runFused}, {@link #backward}, {@link #update} or one {@code upload} also overrides {@link #runShowing}, {@link #backwardOnto}, {@link #updateAll} or the other one, which would otherwise bypass it. One that must see every
 * operation overrides {@link #routine}, since a replay executes no operations.
 */
public abstract class DelegatingBackend implements Backend {

    protected final Backend inner;
    private final String decoration;

    protected DelegatingBackend(String decoration, Backend inner) {
        this.decoration = decoration;
        this.inner = inner;
    }

    /** Whether {@code backend} is a {@code kind}, or decorates one, however deep. */
    public static boolean contains(Class<? extends Backend> kind, Backend backend) {
        return kind.isInstance(backend) || backend instanceof DelegatingBackend decorator && contains(kind, decorator.inner);
    }

    @Override
    public String name() {
        return decoration + "(" + inner.name() + ")";
    }

    @Override
    public final String toString() {
        return name();
    }

    @Override
    public Set<DType> dtypes() {
        return inner.dtypes();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return inner.execute(op, inputs);
    }

    @Override
    public boolean fuses(FusedOp op) {
        return inner.fuses(op);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return inner.runFused(op, save, inputs);
    }

    /** Nothing where this backend is to have no kernel of {@code op}, whatever the inner one has. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return fuses(op) ? inner.runShowing(op, wanted, inputs) : Optional.empty();
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        return inner.backward(op, inputs, forward, gradient);
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        return inner.backwardOnto(op, inputs, forward, gradient, sum);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return inner.update(op, inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return inner.updateAll(op, inputs);
    }

    @Override
    public Tensor upload(HostArray values) {
        return inner.upload(values);
    }

    @Override
    public Tensor upload(Shape shape, DType dtype, Supplier<Object> room, Consumer<Object> fill) {
        return inner.upload(shape, dtype, room, fill);
    }

    @Override
    public HostArray download(Tensor tensor) {
        return inner.download(tensor);
    }

    @Override
    public TensorScope openScope() {
        return inner.openScope();
    }

    @Override
    public void release(Tensor tensor) {
        inner.release(tensor);
    }

    @Override
    public Routine routine(Supplier<Tensor> step) {
        return inner.routine(step);
    }

    @Override
    public void close() {
        inner.close();
    }
}
