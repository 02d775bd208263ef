package io.fluxo.experiments.verify.algebra;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Layer;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import java.util.function.Function;

/** A norm by itself on the float64 reference. Closing it frees its cells. */
final class LayerAlone implements AutoCloseable {

    private final OneLayer norm;
    private final Backend backend;

    private LayerAlone(Layer layer, Backend backend, Function<Cell, double[]> values) {
        this.backend = backend;
        norm = new OneLayer(layer, backend, values);
    }

    /** The norm called {@code name} in the catalogue, without gain and bias, with ε = 0. */
    static LayerAlone norm(Apparatus apparatus, String name, int width) {
        return norm(apparatus, name, width, false, LayerAlone::initial);
    }

    static LayerAlone norm(Apparatus apparatus, String name, int width, boolean affine, Function<Cell, double[]> values) {
        Layer norm = apparatus.catalog().part(NormFactory.KIND, Choice.of(name)).norm("norm", Dim.of("d_model", width), affine, 0);
        return new LayerAlone(norm, apparatus.reference(), values);
    }

    /** Values as the layer itself begins with them; they do not depend on chance in a norm. */
    static double[] initial(Cell cell) {
        return cell.initializer().sample(cell.shape(), RandomKey.of(0));
    }

    /** The values of the cell whose name ends in {@code .name}. */
    double[] cell(String name) {
        return norm.value("norm." + name);
    }

    /** Of rows of one sequence. */
    double[] run(int rows, double[] x) {
        return norm.output(Draws.stream(rows, x.length / rows, DType.F64, x));
    }

    /** Of one token. */
    Jacobian jacobian(double[] x) {
        return Jacobian.of(backend, DType.F64, Draws.stream(1, x.length, DType.F64, x), norm.layer()::forward);
    }

    Jacobian byDifferences(double[] x) {
        return Jacobian.byDifferences(backend, Draws.stream(1, x.length, DType.F64, x), norm.layer()::forward);
    }

    @Override
    public void close() {
        norm.close();
    }
}
