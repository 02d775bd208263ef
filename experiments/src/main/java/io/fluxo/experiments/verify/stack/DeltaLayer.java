package io.fluxo.experiments.verify.stack;

import static io.fluxo.model.ModelSpec.BIAS;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.FFN;
import static io.fluxo.model.ModelSpec.NORM_EPS;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.model.ModelSpec.POSITIONS;

import io.fluxo.block.DeepDelta;
import io.fluxo.block.Placement;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.stack.fault.ChangedAtHook;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;

/**
 * One sub-layer of Deep Delta on one token, whose f is linear: attention of a single token, f = N(x)W_V. Every weight is N(0, 1/d), β is 1 where w_β·N(x) is 0. Closing it frees what it made.
 */
final class DeltaLayer implements AutoCloseable {

    private static final String DELTA = "blocks.0.delta1.";

    private final Blocks blocks;
    private final HostArray x;

    /** @param strength what f is multiplied by: the layer adds 1e-5 to ‖f‖, which is lost beside a large one */
    DeltaLayer(Apparatus apparatus, int width, RandomKey key, double strength) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, width).with(N_HEADS, PerLayer.of(1)).with(FFN, PerLayer.of(false)).with(N_CTX, 1)
                .with(PLACEMENT, PerLayer.of(Choice.of("deep_delta"))).with(NORM_EPS, PerLayer.of(0.0)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        double deviation = 1 / Math.sqrt(width);
        blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key);
        for (String drawn : new String[] {"blocks.0.attn.W_V", DELTA + "w_beta", DELTA + "w_v"}) {
            blocks.set(drawn, cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), deviation));
        }
        blocks.set("blocks.0.attn.W_O", _ -> Small.scaled(Draws.identity(width), strength));
        x = Draws.stream(key.split("x"), 1, width, DType.F64);
    }

    static Fault doublesK() {
        return Fault.of("mutant-delta-long-k", "the directions k of the placement deep_delta are twice as long as 1", Placement.KIND, "deep_delta",
                new ChangedAtHook(DeepDelta.STANDARD, Intervention.scale("blocks.*.hook_k", 2)));
    }

    /** What the layer makes of x. */
    record Parts(double[] k, double beta, double v) {

        Parts withBeta(double other) {
            return new Parts(k, other, v);
        }

        /** I − βkkᵀ. */
        double[][] matrix() {
            double[][] matrix = Dense.identity(k.length);
            for (int i = 0; i < k.length; i++) {
                for (int j = 0; j < k.length; j++) {
                    matrix[i][j] -= beta * k[i] * k[j];
                }
            }
            return matrix;
        }
    }

    double[] x() {
        return x.toDoubles();
    }

    /** k, β and v as the layer makes them. */
    Parts parts() {
        Blocks.Run run = blocks.run(x, DELTA + "hook_k", DELTA + "hook_beta", DELTA + "hook_v");
        return new Parts(run.at(DELTA + "hook_k").toDoubles(), run.at(DELTA + "hook_beta").toDoubles()[0], run.at(DELTA + "hook_v").toDoubles()[0]);
    }

    /** k, β and v put in place by hooks, so that they do not depend on x. */
    private Hooks frozen(Parts parts) {
        return Hooks.all(List.of(put("hook_k", parts.k), put("hook_beta", parts.beta), put("hook_v", parts.v)));
    }

    private Hooks put(String point, double... numbers) {
        return new Intervention(DELTA + point, value -> blocks.backend().upload(HostArray.of(value.shape(), DType.F64, numbers)));
    }

    /** x′ with these parts. */
    double[] output(Parts parts) {
        return blocks.run(x, frozen(parts)).output().toDoubles();
    }

    /** ∂x′/∂x with these parts held fixed. */
    double[][] jacobian(Parts parts) {
        return jacobian(frozen(parts));
    }

    /** ∂x′/∂x of the layer as it is. */
    double[][] jacobian() {
        return jacobian(Hooks.NONE);
    }

    private double[][] jacobian(Hooks hooks) {
        return Jacobian.of(blocks.backend(), DType.F64, x, (pass, input) -> blocks.model().stream(pass.with(hooks), input)).entries();
    }

    @Override
    public void close() {
        blocks.close();
    }
}
