package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.StreamContract;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.instrument.Decomposition;
import io.fluxo.experiments.inspect.instrument.DirectAttribution;
import io.fluxo.experiments.inspect.instrument.Run;
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
import io.fluxo.inspect.MeaninglessInstrumentException;
import io.fluxo.inspect.ModelContract;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Violation;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * The stream as the sum of what was added to it, for every placement there is, by what its blocks declare: where the stream only adds up, x_L = x_0 + Σ contributions as it
 * stands; where it is multiplied or normalised on its way, with each term carried on at frozen σ. Where neither has a meaning, the instruments refuse, and say why.
 */
final class ResidualSum extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final int TOKEN = 1;
    private static final String THEORY = "x_L = Σ terms, plain or carried through the stream's norms at frozen σ; logit = Σ shares; refused where a norm is not affine at frozen σ";

    /** As many as it takes for mix_ln to have blocks of both kinds. */
    private static final int LAYERS = 4;

    /** Norms that are affine once σ is held, and one that is not. */
    private static final List<String> AFFINE = List.of("layer_norm", "rms_norm");
    private static final String NOT_AFFINE = "dynamic_tanh";

    ResidualSum() {
        super(Statement.of("residual-sum", "The end of the stream and its logits are sums of what embedding and sub-layers add, exactly, in the form that the placement declares")
                .said(Citation.of("Elhage et al. (2021), \"Virtual Weights and the Residual Stream as a Communication Channel\"; Kobayashi et al. (2021) for norms that follow the sums"))
                .group("algebra")
                .about(Scope.NONE)
                .over("every registered placement, 4 blocks, with layer_norm, rms_norm and dynamic_tanh; gains and biases drawn at random", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "the decomposition and direct attribution of inspect", "plain sums of hook points")
                .refutes(Faults.placement("mutant-pre-hands-on-more", "a block of the placement pre hands on more than it shows and declares", "pre",
                        Placement.of(HandsOnMore::new, true, PreNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        List<String> lines = new ArrayList<>();
        apparatus.catalog().names(Placement.KIND).forEach(placement -> new Examined(apparatus, placement).report(figures, lines));
        return figures.finding(THEORY).within(TOLERANCE).derived(lines);
    }

    /** What one placement's models showed. */
    private static final class Examined {

        private final Apparatus apparatus;
        private final String placement;
        private final Deviation plain = new Deviation();
        private final Deviation carried = new Deviation();
        private final Deviation logits = new Deviation();
        private final Set<String> refusals = new LinkedHashSet<>();
        private String form = "";
        private int answers;
        private int right;

        Examined(Apparatus apparatus, String placement) {
            this.apparatus = apparatus;
            this.placement = placement;
        }

        void report(Figures figures, List<String> lines) {
            Optional<String> against = impossible();
            if (against.isPresent()) {
                lines.add(Text.format("%s: not examined, %s", placement, against.get()));
                return;
            }
            for (Trial trial : Trial.of(apparatus, "residual-sum", 4)) {
                AFFINE.forEach(norm -> examine(trial, norm, true));
                examine(trial, NOT_AFFINE, false);
            }
            if (!form.isEmpty()) {
                figures.add(Figure.within(Text.format("%s: stream, %s", placement, form), 0, Math.max(carried.value(), plain.value()), TOLERANCE))
                        .add(Figure.within(Text.format("%s: logit", placement), 0, logits.value(), TOLERANCE));
            }
            figures.add(Figure.within(Text.format("%s: share of models taken apart or refused as declared", placement), 1, right / (double) answers, 0));
            lines.add(form.isEmpty() ? Text.format("%s: refused", placement)
                    : Text.format("%s: %s, exact to %.1e; the logit to %.1e", placement, form, Math.max(carried.value(), plain.value()), logits.value()));
            refusals.forEach(reason -> lines.add(Text.format("%s: refused, %s", placement, reason)));
        }

        private ModelSpec spec(Trial trial, String norm) {
            return Sizes.of(trial).withLayers(LAYERS).spec(placement).with(NORM, norm).with(NORM_AFFINE, true).with(NORM_EPS, NORM_EPS.standard());
        }

        /** Why the placement cannot stand in such a model: it may require what only the user can give. */
        private Optional<String> impossible() {
            return spec(new Trial(RandomKey.of(0)), AFFINE.getFirst()).violations(apparatus.catalog()).stream().map(Violation::message).findFirst();
        }

        private void examine(Trial trial, String norm, boolean affine) {
            ModelSpec spec = spec(trial, norm);
            HostArray x0 = Sizes.of(trial).x0(trial);
            try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("*", cell -> Sizes.values(trial, cell));
                Inspected subject = new Inspected(placement, spec, blocks.model(), blocks.backend());
                Run run = Run.from(subject, x0);
                List<Optional<StreamContract>> contracts = blocks.model().blocks().stream().map(Block::contract).toList();
                boolean declared = ModelContract.of(blocks.model()).againstDecomposition().isEmpty();
                boolean onTheWay = declared && contracts.stream().map(Optional::orElseThrow).anyMatch(Examined::normalises);
                boolean streamExpected = declared && (affine || !onTheWay);
                answer(streamExpected, carried, () -> Decomposition.of(subject, run).residual());
                answer(streamExpected && (affine || !blocks.model().hasFinalNorm()), logits,
                        () -> DirectAttribution.of(subject, run, new DirectAttribution.Target(x0.shape().size(1) - 1, TOKEN, OptionalInt.empty())).bySubLayer().residual());
                if (declared) {
                    boolean additive = contracts.stream().map(Optional::orElseThrow).allMatch(contract -> contract.streams() == 1 && contract.additive());
                    form = additive ? "plain sum" : onTheWay ? "sum of terms carried through norms at frozen σ" : "sum of terms, each multiplied on its way";
                    if (additive) {
                        plain.see(PlainSum.deviation(blocks, x0));
                    }
                }
            }
        }

        /** Whether terms meet a norm on their way to the end of the stream. */
        private static boolean normalises(StreamContract contract) {
            return contract.streams() > 1 || contract.normalises();
        }

        /** Runs an instrument that should answer, or should refuse. */
        private void answer(boolean expected, Deviation worst, DoubleSupplier instrument) {
            answers++;
            try {
                worst.see(instrument.getAsDouble());
                right += expected ? 1 : 0;
            } catch (MeaninglessInstrumentException refusal) {
                refusals.add(refusal.getMessage());
                right += expected ? 0 : 1;
            } catch (IllegalStateException notASum) {                  // the instruments' own word for terms that do not make the stream
                refusals.add(notASum.getMessage());
                worst.see(Double.POSITIVE_INFINITY);
            }
        }
    }
}
