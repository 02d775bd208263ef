package io.fluxo.cpu.ejml;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The oracle: the primitives written as plainly as they are defined, fused operations as their compositions. F64 computes in doubles, F32 in
 * doubles rounded to float after every operation. Made for being right, not for being fast.
 */
public final class EjmlBackend implements Backend {

    static final Set<DType> FLOATING = Set.copyOf(EnumSet.of(DType.F32, DType.F64));

    private final Ops ops = new Ops(this);
    private final EjmlScope root = new EjmlScope(this, null);
    private EjmlScope innermost = root;

    @Override
    public String name() {
        return "ejml";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Set<DType> dtypes() {
        return FLOATING;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        EjmlTensor[] in = own(op.name(), inputs);
        DType dtype = supported(op.name(), ShapeRules.dtype(op, inputs));
        Shape shape = ShapeRules.KNOWN.shape(op, inputs);
        return tensor(shape, dtype, switch (op) {
            case Unary unary -> Precision.fit(dtype, EjmlElementwise.unary(unary, in[0]));
            case Binary binary -> Precision.fit(dtype, EjmlElementwise.binary(binary, in[0], in[1], shape));
            case Comparison comparison -> EjmlElementwise.comparison(comparison, in[0], in[1], shape);
            case Logical logical -> EjmlElementwise.logical(logical, in, shape);
            case Where _ -> EjmlElementwise.where(in[0], in[1], in[2], shape);
            case Reduction reduction -> Precision.fit(dtype, EjmlReductions.reduce(reduction, in[0]));
            case ArgMax argMax -> EjmlReductions.argMax(argMax, in[0], shape);
            case MatMul matMul -> Precision.fit(dtype, MatrixProducts.multiply(matMul, in[0], in[1], shape));
            case Movement movement -> EjmlMovements.move(movement, in, shape);
            case Gather gather -> Indexing.gather(gather, in[0], in[1], shape);
            case ScatterAdd scatter -> Precision.fit(dtype, Indexing.scatterAdd(scatter, in[0], in[1], shape));
            case Source source -> Precision.fit(dtype, Sources.make(source, in));
            case Cast(DType to) -> Precision.cast(in[0], to);
            case StopGradient _ -> in[0].values();
        });
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        EjmlTensor[] in = own(op.name(), inputs);
        Tensor[] outputs = op instanceof UpdateOp.ClipFactor clip ? new Tensor[] {factor(clip, inputs)} : op.compose(ops, inputs);
        for (int i = 0; i < op.donated(); i++) {
            own(op.name(), outputs[i]).moveTo(in[i].owner());
            in[i].takeOver(op.name());
        }
        return outputs;
    }

    /** In doubles as on every host, for F32 too: rounding each square would change the norm. */
    private Tensor factor(UpdateOp.ClipFactor op, Tensor[] in) {
        double factor = op.factor(Arrays.stream(in).skip(1).map(this::download).toList());
        return upload(HostArray.of(in[0].shape(), in[0].dtype(), new double[] {factor}));
    }

    @Override
    public Tensor upload(HostArray values) {
        return tensor(values.shape(), supported("upload", values.dtype()), EjmlHostValues.of(values));
    }

    @Override
    public HostArray download(Tensor tensor) {
        return EjmlHostValues.toHost(own("download", tensor));
    }

    @Override
    public TensorScope openScope() {
        innermost = new EjmlScope(this, innermost);
        return innermost;
    }

    @Override
    public void close() {
        while (innermost != root) {
            innermost.close();
        }
        root.close();
    }

    /** Called by the scope that closes. */
    void leave(EjmlScope scope) {
        if (scope != innermost) {
            throw new IllegalStateException("scopes must be closed in reverse order of opening");
        }
        innermost = scope == root ? root : scope.outer();
    }

    /** {@code tensor} as this backend's own, alive. */
    EjmlTensor own(String operation, Tensor tensor) {
        if (!(tensor instanceof EjmlTensor ours) || ours.owner().backend() != this) {
            throw new IllegalArgumentException(Text.format("%s: the tensor %s belongs to another backend", operation, tensor.shape()));
        }
        ours.requireAlive(operation);
        return ours;
    }

    private EjmlTensor[] own(String operation, Tensor... tensors) {
        EjmlTensor[] ours = new EjmlTensor[tensors.length];
        for (int i = 0; i < ours.length; i++) {
            ours[i] = own(operation, tensors[i]);
        }
        return ours;
    }

    private EjmlTensor tensor(Shape shape, DType dtype, EjmlValues values) {
        return new EjmlTensor(shape, dtype, values, innermost);
    }

    private static DType supported(String operation, DType dtype) {
        if (dtype.isFloating() && !FLOATING.contains(dtype)) {
            throw new IllegalArgumentException(Text.format("%s: the backend ejml computes in f32 and f64, not in %s", operation, dtype.label()));
        }
        return dtype;
    }
}
