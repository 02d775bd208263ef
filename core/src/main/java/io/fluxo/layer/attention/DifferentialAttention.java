package io.fluxo.layer.attention;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Differential attention (Ye et al. 2024): a head has two queries and two keys of width d_head and a value of width 2·d_v; its weights are
 * softmax(q₁k₁) − λ·softmax(q₂k₂), so that what both maps attend to alike cancels. λ = e^(λq1·λk1) − e^(λq2·λk2) + λ_init, one for all heads of a layer. Each head's result is normalised
 * (RMSNorm) and multiplied by 1 − λ_init. A row's weights sum to 1 − λ and may be negative.
 *
 * <p>{@code n_heads} counts these double heads. With d_head = d_model/(2·n_heads) it has as many parameters as softmax attention with 2·n_heads heads, as in the paper.
 */
public final class DifferentialAttention extends MultiHeadAttention {

    private static final Dim TWO = Dim.of(2);

    /** Standard deviation of the vectors that λ is made of, at first. */
    private static final double DEVIATION = 0.1;

    private static final double EPS = 1e-5;

    private final Dim heads;
    private final Dim keyValueHeads;
    private final double start;
    private final Parameter q1;
    private final Parameter k1;
    private final Parameter q2;
    private final Parameter k2;
    private final Layer norm;
    private final HookPoint hookLambda = boundary("hook_lambda");
    private final HookPoint hookPattern1 = interior("hook_pattern_1");
    private final HookPoint hookPattern2 = interior("hook_pattern_2");

    public DifferentialAttention(String path, Dims dims, Design design) {
        super(path, new Dims(dims.dModel(), dims.nHeads().times(TWO), dims.nKeyValueHeads().times(TWO), dims.dHead(), dims.dV()), design);
        heads = dims.nHeads();
        keyValueHeads = dims.nKeyValueHeads();
        start = lambdaInit(design.layer());
        q1 = vector("lambda_q1", dims.dHead());
        k1 = vector("lambda_k1", dims.dHead());
        q2 = vector("lambda_q2", dims.dHead());
        k2 = vector("lambda_k2", dims.dHead());
        norm = part(new RmsNorm(path + ".ln_z", dims.dV().times(TWO), true, EPS));
    }

    private Parameter vector(String name, Dim width) {
        return parameter(name, Shape.of(width), Initializer.normal(DEVIATION));
    }

    /** What λ is without its vectors in {@code layer}, from 0. */
    public static double lambdaInit(int layer) {
        return 0.8 - 0.6 * Math.exp(-0.3 * layer);
    }

    @Override
    protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
        Tensor maps = pass.splitAxis(pass.softmax(scores(pass, qs, ks, bias)), 1, heads, TWO);                         // [batch head 2 n m]
        Tensor first = pass.at(hookPattern1, pass.squeeze(pass.slice(maps, 2, Dim.of(0), Dim.ONE), 2));               // [batch head n m]
        Tensor second = pass.at(hookPattern2, pass.squeeze(pass.slice(maps, 2, Dim.ONE, Dim.ONE), 2));
        Tensor pattern = shownPattern(pass, pass.sub(first, pass.mul(second, lambda(pass))));
        Tensor wide = pass.mergeAxes(pass.splitAxis(vs, 2, keyValueHeads, TWO), 3);                                    // [batch m head 2·d_v]
        return weighted(pass, pattern, Heads.share(pass, wide, heads));
    }

    /** λ, one number. */
    private Tensor lambda(Pass pass) {
        Tensor difference = pass.sub(pass.exp(pass.sum(pass.mul(q1.value(), k1.value()), 0)), pass.exp(pass.sum(pass.mul(q2.value(), k2.value()), 0)));
        return pass.at(hookLambda, pass.shift(difference, start));
    }

    @Override
    protected Tensor results(Pass pass, Tensor x, Tensor z) {
        return super.results(pass, x, pass.scale(norm.forward(pass, z), 1 - start));
    }
}
