package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.N_HEADS;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.layer.Parameter;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.Transformer;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/**
 * The two circuits of a head (Elhage et al. 2021): W_Q·W_Kᵀ says which tokens attend to which, W_V·W_O what is moved when they do. Both are d_model × d_model of rank
 * d_head; their singular values say in how many directions a head works. Where queries and keys are turned by their positions, or normed, no one matrix says which tokens
 * attend to which: {@code againstQk} names the fact, and {@code qk} is that of the bare weights. The same of values that are normed.
 *
 * @param heads     in the order of the layers
 * @param againstQk why W_Q·W_Kᵀ is not the circuit of the scores; empty where it is
 * @param againstOv why W_V·W_O is not what is moved; empty where it is
 */
public record Circuits(List<Head> heads, Optional<String> againstQk, Optional<String> againstOv) {

    /**
     * One head.
     *
     * @param qk singular values of W_Q·W_Kᵀ, largest first, d_head of them
     * @param ov singular values of W_V·W_O, likewise
     */
    public record Head(int layer, int head, double[] qk, double[] ov) {

        /** In how many directions W_V·W_O works: (Σσ²)² / Σσ⁴, between 1 and d_head. */
        public double ovDirections() {
            return directions(ov);
        }

        /** In how many directions W_Q·W_Kᵀ works. */
        public double qkDirections() {
            return directions(qk);
        }

        private static double directions(double[] values) {
            double second = 0;
            double fourth = 0;
            for (double value : values) {
                second += value * value;
                fourth += value * value * value * value;
            }
            return fourth == 0 ? 0 : second * second / fourth;
        }
    }

    /** Of all layers whose attention has queries, keys, values and an output. */
    public static Circuits of(Inspected subject) {
        Map<String, Parameter> parameters = subject.model().parameters().stream().collect(Collectors.toMap(Parameter::name, parameter -> parameter));
        List<Head> heads = new ArrayList<>();
        for (LayerSpec layer : subject.spec().layers()) {
            String path = "blocks." + layer.index() + ".attn.";
            List<Parameter> matrices = Stream.of("W_Q", "W_K", "W_V", "W_O").map(name -> parameters.get(path + name)).filter(Objects::nonNull).toList();
            if (matrices.size() == 4) {
                List<DMatrixRMaj> values = matrices.stream().map(parameter -> matrix(subject, parameter)).toList();
                heads.addAll(heads(layer, values.get(0), values.get(1), values.get(2), values.get(3)));
            }
        }
        Set<String> ends = subject.model().hookPoints().stream().map(point -> point.name().substring(point.name().lastIndexOf(".attn.") + 1)).collect(Collectors.toSet());
        return new Circuits(heads, againstQk(ends), ends.contains("attn.v_norm.hook_out")
                ? Optional.of("its values are normed, so that what a head moves is no product with one matrix") : Optional.empty());
    }

    private static Optional<String> againstQk(Set<String> ends) {
        if (ends.contains("attn.hook_rot_q")) {
            return Optional.of("positions turn its queries and keys, so that what W_Q·W_Kᵀ says depends on how far apart two tokens are");
        }
        return ends.contains("attn.q_norm.hook_out") ? Optional.of("its queries and keys are normed, so that scores are no product with one matrix") : Optional.empty();
    }

    private static List<Head> heads(LayerSpec layer, DMatrixRMaj q, DMatrixRMaj k, DMatrixRMaj v, DMatrixRMaj o) {
        int count = layer.get(N_HEADS);
        int group = count / layer.keyValueHeads();                                                   // heads that share keys and values
        int width = q.numCols / count;
        int values = o.numRows / count;
        List<Head> heads = new ArrayList<>();
        for (int head = 0; head < count; head++) {
            heads.add(new Head(layer.index(), head, singularValues(columns(q, head, width), columns(k, head / group, width)),
                    singularValues(columns(v, head / group, values), transposed(rows(o, head, values)))));
        }
        return heads;
    }

    private static DMatrixRMaj columns(DMatrixRMaj matrix, int block, int width) {
        return CommonOps_DDRM.extract(matrix, 0, matrix.numRows, block * width, (block + 1) * width);
    }

    private static DMatrixRMaj rows(DMatrixRMaj matrix, int block, int width) {
        return CommonOps_DDRM.extract(matrix, block * width, (block + 1) * width, 0, matrix.numCols);
    }

    private static DMatrixRMaj transposed(DMatrixRMaj matrix) {
        return CommonOps_DDRM.transpose(matrix, null);
    }

    private static DMatrixRMaj matrix(Inspected subject, Parameter parameter) {
        HostArray values = subject.backend().download(parameter.value());
        return new DMatrixRMaj(values.shape().size(0), values.shape().size(1), true, values.toDoubles());
    }

    /** The singular values of A·Bᵀ, largest first. With A = Q_A·R_A and B = Q_B·R_B they are those of R_A·R_Bᵀ, which is as small as A and B are narrow. */
    private static double[] singularValues(DMatrixRMaj a, DMatrixRMaj b) {
        DMatrixRMaj core = CommonOps_DDRM.multTransB(triangle(a), triangle(b), null);
        var svd = DecompositionFactory_DDRM.svd(core.numRows, core.numCols, false, false, true);
        if (!svd.decompose(core)) {
            throw new ArithmeticException("the singular value decomposition does not converge");
        }
        return DoubleStream.of(svd.getSingularValues()).map(value -> -value).sorted().map(value -> -value).toArray();
    }

    private static DMatrixRMaj triangle(DMatrixRMaj matrix) {
        var qr = DecompositionFactory_DDRM.qr(matrix.numRows, matrix.numCols);
        if (!qr.decompose(matrix.copy())) {
            throw new ArithmeticException("the QR decomposition fails");
        }
        return qr.getR(null, true);
    }
}
