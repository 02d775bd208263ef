package io.fluxo.experiments.verify.mutant;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** Feed-forward networks with one fault. */
final class FeedForwardMutants {

    private FeedForwardMutants() {}

    /** Each token also receives half of what the token before it got. */
    static Layer tokenMixing(Layer original) {
        return mixing(original, 1);
    }

    /** Each token also receives half of what the token at its position got in the sequence before. */
    static Layer sequenceMixing(Layer original) {
        return mixing(original, 0);
    }

    private static Layer mixing(Layer original, int axis) {
        return new Layer(original.path()) {
            private final Layer inner = part(original);

            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                Tensor y = inner.forward(pass, x);
                return pass.add(y, pass.scale(NormMutants.before(pass, y, axis), 0.5));
            }
        };
    }

    /** The two projections without the nonlinearity between them. */
    static Layer linear(Layer original) {
        return new Layer(original.path()) {
            private final Layer inner = part(original);
            private final HookPoint hookPre = boundary("hook_pre");
            private final HookPoint hookPost = boundary("hook_post");

            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                Tensor hidden = pass.at(hookPost, pass.at(hookPre, project(pass, x, "in")));
                return project(pass, hidden, "out");
            }

            private Tensor project(Pass pass, Tensor x, String name) {
                return pass.linear(x, cell("W_" + name).orElseThrow().value(), cell("b_" + name).map(Parameter::value).orElse(null));
            }

            private Optional<Parameter> cell(String name) {
                return inner.parameters().stream().filter(parameter -> parameter.name().endsWith("." + name)).findFirst();
            }
        };
    }
}
