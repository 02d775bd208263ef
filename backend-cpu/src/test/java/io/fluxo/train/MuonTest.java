package io.fluxo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MuonTest {

    private static final double RATE = 0.01;
    private static final Muon MUON = new Muon(0.9, 10);

    private static Parameter matrix(String path, int rows, int columns) {
        return new Linear(path, "in", Dim.of("in", rows), Dim.of("out", columns), false, Initializer.ZEROS).weight();
    }

    private static double[] draws(int count, String name) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> RandomKey.of(3).split(name).normal(i));
        return values;
    }

    /** Newton-Schulz acts on singular values alone: what it gives is U p(S) Vᵀ, with five rounds of the polynomial p. */
    @ParameterizedTest
    @CsvSource({"3, 5", "5, 3", "4, 4"})
    void aStepIsTheMomentumWithItsSingularValuesThroughThePolynomial(int rows, int columns) {
        double[] w = draws(rows * columns, "w");
        double[] former = draws(rows * columns, "m");
        double[] g = draws(rows * columns, "g");
        Parameter parameter = matrix("blocks.0.mlp", rows, columns);
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1))) {
            UpdateRule.Composition rule = (UpdateRule.Composition) MUON.rule(TrainingSpec.DEFAULT, 0.1, parameter);
            Tensor rate = backend.upload(HostArray.of(Shape.SCALAR, RATE));
            Tensor[] next = rule.step().next(new Ops(backend), up(backend, parameter, w), new Tensor[] {up(backend, parameter, former)}, up(backend, parameter, g), rate);
            double[] average = new double[w.length];
            double[] ahead = new double[w.length];
            for (int i = 0; i < w.length; i++) {
                average[i] = 0.9 * former[i] + g[i];
                ahead[i] = g[i] + 0.9 * average[i];
            }
            DMatrixRMaj update = through(new DMatrixRMaj(rows, columns, true, ahead));
            double scale = Math.sqrt(Math.max(1, (double) columns / rows));
            double[] expected = new double[w.length];
            for (int i = 0; i < w.length; i++) {
                expected[i] = w[i] - 10 * RATE * scale * update.get(i / columns, i % columns) - RATE * 0.1 * w[i];
            }
            assertThat(backend.download(next[0]).toDoubles()).containsExactly(expected, within(1e-12));
            assertThat(backend.download(next[1]).toDoubles()).containsExactly(average, within(1e-14));
        }
    }

    private static Tensor up(Backend backend, Parameter parameter, double[] values) {
        return backend.upload(HostArray.of(parameter.shape(), DType.F64, values));
    }

    private static DMatrixRMaj through(DMatrixRMaj x) {
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(x.numRows, x.numCols, true, true, true);
        assertThat(svd.decompose(x.copy())).isTrue();
        double norm = NormOps_DDRM.normF(x) + 1e-7;
        DMatrixRMaj s = new DMatrixRMaj(svd.numberOfSingularValues(), svd.numberOfSingularValues());
        for (int i = 0; i < svd.numberOfSingularValues(); i++) {
            double value = svd.getSingularValues()[i] / norm;
            for (int round = 0; round < 5; round++) {
                value = 3.4445 * value - 4.7750 * Math.pow(value, 3) + 2.0315 * Math.pow(value, 5);
            }
            s.set(i, i, value);
        }
        DMatrixRMaj us = new DMatrixRMaj(1, 1);
        DMatrixRMaj result = new DMatrixRMaj(1, 1);
        CommonOps_DDRM.mult(svd.getU(null, false), s, us);
        CommonOps_DDRM.mult(us, svd.getV(null, true), result);
        return result;
    }

    @Test
    void whatIsNoMatrixOfABlockIsUpdatedByAdamW() {
        UpdateRule adam = OptimizerKind.ADAMW.rule(TrainingSpec.DEFAULT, 0.1);
        assertThat(MUON.rule(TrainingSpec.DEFAULT, 0.1, matrix("head", 3, 4))).isEqualTo(adam);
        assertThat(MUON.rule(TrainingSpec.DEFAULT, 0.1, new LayerNorm("blocks.0.ln1", Dim.of(3), true, 0).parameters().getFirst())).isEqualTo(adam);
    }
}
