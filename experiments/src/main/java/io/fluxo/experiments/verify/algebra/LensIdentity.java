package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.algebra.fault.HandsOnMore;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.inspect.ModelContract;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.Ops;
import io.fluxo.setting.Violation;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A lens at the end of the stream is the model itself. The lens of {@code inspect} reads by {@link ModelContract#read}; it is held here against the logits of a pass by
 * itself, for every placement in which a lens has a meaning.
 */
final class LensIdentity extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "KL(output ‖ lens at the last layer) = 0";

    LensIdentity() {
        super(Statement.of("lens-identity", "At the last layer the logit lens reads the model's own output")
                .said(Citation.of("nostalgebraist (2020), \"interpreting GPT: the logit lens\""))
                .group("algebra")
                .about(Scope.NONE)
                .over("every registered placement in which a lens has a meaning; gains and biases drawn at random", "for all weights and tokens, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Faults.placement("mutant-pre-reads-less", "a block of the placement pre hands on more than it shows", "pre",
                        Placement.of(HandsOnMore::new, true, PreNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        List<String> lines = new ArrayList<>();
        for (String placement : apparatus.catalog().names(Placement.KIND)) {
            Deviation divergence = new Deviation();
            Optional<String> against = Optional.empty();
            for (Trial trial : Trial.of(apparatus, id(), 10)) {
                against = against.or(() -> examine(apparatus, placement, trial, divergence));
            }
            if (against.isPresent()) {
                lines.add(Text.format("%s: no lens, %s", placement, against.get()));
            } else {
                figures.add(Figure.within(Text.format("%s: largest KL", placement), 0, divergence.value(), TOLERANCE));
            }
        }
        return figures.finding(THEORY).within(TOLERANCE).derived(lines);
    }

    /** Why there is no lens; empty where there is one, whose divergence {@code worst} is told. */
    private static Optional<String> examine(Apparatus apparatus, String placement, Trial trial, Deviation worst) {
        Sizes sizes = Sizes.of(trial);
        ModelSpec spec = sizes.spec(placement).with(NORM_AFFINE, true).with(POSITIONS, "learned").with(NORM_EPS, NORM_EPS.standard());
        Optional<String> impossible = spec.violations(apparatus.catalog()).stream().map(Violation::message).findFirst();
        if (impossible.isPresent()) {
            return impossible;
        }
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
            blocks.set("*", cell -> Sizes.values(trial, cell));
            ModelContract contract = ModelContract.of(blocks.model());
            if (contract.againstLens().isPresent()) {
                return contract.againstLens();
            }
            List<String> last = contract.lensPoints().getLast().hooks();
            Cache cache = Cache.of(last.toArray(String[]::new));
            int[] ids = IntStream.range(0, sizes.tokens()).map(i -> trial.key().split("tokens").below(spec.get(D_VOCAB), i)).toArray();
            Backend backend = blocks.backend();
            try (TensorScope _ = backend.openScope()) {
                Tensor output = blocks.model().forward(Pass.evaluation(backend).with(cache), backend.upload(HostArray.of(Shape.of(1, ids.length), ids)));
                Tensor read = contract.read(Pass.evaluation(backend), last.stream().map(cache::get).toList());
                Ops ops = new Ops(backend);
                double[][] p = Dense.of(backend.download(ops.logSoftmax(output)));
                double[][] q = Dense.of(backend.download(ops.logSoftmax(read)));
                IntStream.range(0, p.length).forEach(i -> worst.see(divergence(p[i], q[i])));
            }
            return Optional.empty();
        }
    }

    private static double divergence(double[] logP, double[] logQ) {
        return IntStream.range(0, logP.length).mapToDouble(t -> Math.exp(logP[t]) * (logP[t] - logQ[t])).sum();
    }
}
