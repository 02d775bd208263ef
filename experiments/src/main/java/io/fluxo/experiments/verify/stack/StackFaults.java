package io.fluxo.experiments.verify.stack;

import io.fluxo.block.HyperConnections;
import io.fluxo.block.Keel;
import io.fluxo.block.ManifoldHyperConnections;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.Residual;
import io.fluxo.block.SkipScale;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.stack.fault.FirstStreamOnly;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.function.Predicate;

/** Faults in the placements that carry more than one stream, or a heavy one. */
final class StackFaults {

    private StackFaults() {}

    /** Keel's inner norm returns half of what it should. */
    static Fault keelScalesWhatItReads() {
        return Fault.of("mutant-keel-reads-half", "the inner norm of the placement keel returns half of what it should", Placement.KIND, "keel",
                new Keel(SkipScale.STANDARD).changing(parts -> parts.withNorms(norm -> norm.path().endsWith("_in") ? scaled(norm, 0.5) : norm)));
    }

    static Fault postDropsResidual() {
        return Fault.of("mutant-post-norm-drops-residual", "blocks of the placement post have no residual connections", Placement.KIND, "post",
                Placement.of(parts -> new PostNormBlock(parts.withResidual(Residual.NONE)), false, PostNormBlock.TRAITS));
    }

    static Fault hyperStreamsNotCopied() {
        return Fault.of("mutant-streams-not-copied", "hyper_connections puts x_0 in the first stream and leaves the others empty", Placement.KIND, "hyper_connections",
                new FirstStreamOnly(HyperConnections.STANDARD));
    }

    static Fault manifoldStreamsNotCopied() {
        return Fault.of("mutant-streams-not-copied", "mhc puts x_0 in the first stream and leaves the others empty", Placement.KIND, "mhc",
                new FirstStreamOnly(ManifoldHyperConnections.STANDARD));
    }

    static Fault parallelInSequence() {
        return Fault.of("mutant-parallel-in-sequence", "the network of the placement parallel reads what attention has already changed", Placement.KIND, "parallel",
                Placement.of(PreNormBlock::new, true));
    }

    /** {@code sound} without the norms whose path ends so. */
    static Fault withoutNorms(String name, Placement sound, Predicate<String> paths) {
        return Fault.of(Text.format("mutant-%s-without-its-norm", name.replace('_', '-')), Text.format("a branch of the placement %s has no norm", name), Placement.KIND, name,
                sound.changing(parts -> parts.withNorms(norm -> paths.test(norm.path()) ? new NoNorm(norm.path()) : norm)));
    }

    /** {@code factor} times what {@code norm} returns. */
    static Layer scaled(Layer norm, double factor) {
        return new Layer(norm.path()) {
            private final Layer inner = part(norm);

            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return pass.scale(inner.forward(pass, x), factor);
            }
        };
    }
}
