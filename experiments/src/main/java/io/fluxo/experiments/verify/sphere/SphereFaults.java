package io.fluxo.experiments.verify.sphere;

import io.fluxo.block.Ngpt;
import io.fluxo.block.OneStreamBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.SphereBlock;
import io.fluxo.block.Symbols;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/** What claims about the stream on the sphere must see. */
final class SphereFaults {

    /** The last n is left out. */
    static final Fault LEAVES_THE_SPHERE = Fault.of("mutant-leaves-the-sphere", "ngpt does not put the stream back on the sphere", Placement.KIND, "ngpt",
            Placement.of(parts -> new Loose(parts, true), false));

    /** What a sub-layer returns counts by its length. */
    static final Fault BRANCH_KEEPS_ITS_LENGTH = Fault.of("mutant-sphere-branch-not-normalised", "ngpt takes what a sub-layer returns as it is", Placement.KIND, "ngpt",
            Placement.of(parts -> new Loose(parts, false), false));

    /** α begins at .1. */
    static final Fault ALPHA_DOUBLED = Fault.of("mutant-sphere-alpha-doubled", "ngpt begins with α twice as large", Placement.KIND, "ngpt",
            Placement.of(parts -> new SphereBlock(parts, 2 * Ngpt.STANDARD.alpha()), false));

    private SphereFaults() {}

    /** The step without one of its norms. */
    private static final class Loose extends OneStreamBlock {

        private final boolean directions;
        private final Parameter alphaAttn;
        private final Parameter alphaMlp;

        /** @param directions whether sub-layers give directions and the stream is loose; else the stream stays on the sphere, and they give what they like */
        private Loose(Placement.Parts parts, boolean directions) {
            super(parts, Symbols.BARE);
            this.directions = directions;
            part(attention);
            part(mlp);
            alphaAttn = parameter("alpha_attn", Shape.of(parts.dModel()), Initializer.constant(1 / Math.sqrt(parts.dModel().size())));
            alphaMlp = parameter("alpha_mlp", Shape.of(parts.dModel()), Initializer.constant(1 / Math.sqrt(parts.dModel().size())));
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            return pass.at(residMid, step(pass, x, pass.at(attnOut, branch(pass, attention.forward(pass, x, context))), alphaAttn));
        }

        @Override
        protected Tensor transform(Pass pass, Tensor x) {
            return pass.at(residPost, step(pass, x, pass.at(mlpOut, branch(pass, mlp.forward(pass, x))), alphaMlp));
        }

        private Tensor branch(Pass pass, Tensor f) {
            return directions ? unit(pass, f) : f;
        }

        private Tensor step(Pass pass, Tensor x, Tensor f, Parameter alpha) {
            Tensor h = unit(pass, x);
            Tensor moved = pass.add(h, pass.mul(pass.scale(alpha.value(), Ngpt.STANDARD.alpha() * Math.sqrt(alpha.shape().size(0))), pass.sub(f, h)));
            return directions ? moved : unit(pass, moved);
        }

        private static Tensor unit(Pass pass, Tensor x) {
            return pass.div(x, pass.sqrt(pass.shift(pass.sum(pass.mul(x, x), -1), Double.MIN_NORMAL)));
        }
    }
}
