package io.fluxo.experiments.verify.measure;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.CaseWords;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.property.BlockCase;
import io.fluxo.property.BlockDomain;
import io.fluxo.property.Outcome;
import io.fluxo.property.Property;
import io.fluxo.property.Report;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.function.BiFunction;

/**
 * Tries a claim on cases of a domain and turns the report into a finding. A case whose sizes the block cannot run at says nothing here:
 * theorem-2.1 is the claim that speaks of sizes.
 */
public final class ForAllCases {

    /** Below this, norms leave too little to tell one token from another. */
    private static final int LEAST_WIDTH = 3;

    private final Candidate candidate;
    private final Apparatus apparatus;
    private final Backend backend;
    private final DType dtype;
    private final int trials;

    private ForAllCases(Candidate candidate, Apparatus apparatus, Backend backend, DType dtype, int trials) {
        this.trials = trials;
        this.candidate = candidate;
        this.apparatus = apparatus;
        this.backend = backend;
        this.dtype = dtype;
    }

    /** On the backend that was chosen. */
    public static ForAllCases of(Candidate candidate, Apparatus apparatus) {
        return new ForAllCases(candidate, apparatus, apparatus.backend(), apparatus.dtype(), apparatus.trials());
    }

    /** On {@code setup}: all cases where it was chosen, half of them where it is one of several. */
    public static ForAllCases on(Candidate candidate, Apparatus apparatus, Apparatus.Setup setup) {
        int trials = setup.equals(apparatus.options().chosen()) ? apparatus.trials() : (apparatus.trials() + 1) / 2;
        return new ForAllCases(candidate, apparatus, apparatus.backend(setup), setup.dtype(), trials);
    }

    /** What a run showed: the report, and how far from its value anything was. */
    public record Tried(Report<BlockCase> report, Deviations deviations) {

        public boolean refuted() {
            return report instanceof Report.Refuted<BlockCase>;
        }

        /** {@code 14 cases, 2 more vacuous}. */
        public String cases() {
            return switch (report) {
                case Report.Holds<BlockCase> holds -> holds.cases() + " cases" + (holds.vacuous() == 0 ? "" : Text.format(", %d more vacuous", holds.vacuous()));
                case Report.Refuted<BlockCase> refuted -> Text.format("refuted after %s, shrunk in %s", Text.count(refuted.passed(), "case"),
                        Text.count(refuted.shrinks(), "step"));
                default -> report.toString();
            };
        }

        /** The smallest case in which the claim is false, in words; empty where none was found. */
        public String counterexample() {
            return report instanceof Report.Refuted<BlockCase> refuted
                    ? Text.format("%s. There: %s", CaseWords.of(refuted.smallest().value()), refuted.smallest().reason()) : "";
        }

        /** The finding of a claim that is this trial alone. */
        public Finding finding(String theory) {
            return switch (report) {
                case Report.Holds<BlockCase> _ -> deviations.any()
                        ? Finding.holds(theory, Text.format("%s; largest deviation %s", cases(), deviations)).within(deviations.allowed())
                        : Finding.holds(theory, cases());
                case Report.Refuted<BlockCase> _ -> Finding.refuted(theory, cases(), counterexample());
                case Report.Untested<BlockCase> untested -> Finding.skipped("no case of the domain could be tried: " + untested.reason());
                case Report.Witness<BlockCase> _, Report.NotFound<BlockCase> _ -> throw new IllegalStateException("not a for-all claim: " + report);
            };
        }
    }

    /** Whether a claim is true of one specimen. */
    public interface OfSpecimen {
        Outcome check(Specimen specimen, Deviations deviations);
    }

    public Tried run(String name, BlockDomain domain, OfSpecimen check) {
        return runCases(name, domain, (drawn, deviations) -> {
            try (Specimen specimen = Specimen.of(candidate, drawn, backend, dtype)) {
                return check.check(specimen, deviations);
            }
        });
    }

    /** Every second case has n_heads·d_v = d_model and d_head = d_v, where a block without W_O, or with values for keys, runs too. */
    private BlockCase fitting(BlockCase drawn) {
        int width = drawn.nHeads() * drawn.dV();
        boolean pairs = candidate.catalog().part(PositionKind.KIND, drawn.kinds().get(POSITIONS)).traits().inPairs() && drawn.dV() % 2 != 0;
        return drawn.seed() % 2 != 0 || width < LEAST_WIDTH || pairs ? drawn : drawn.withWidths(width, drawn.dV());
    }

    public Tried runCases(String name, BlockDomain domain, BiFunction<BlockCase, Deviations, Outcome> check) {
        Deviations deviations = new Deviations();
        Report<BlockCase> report = Property.forAll(name, domain.map(this::fitting), drawn -> {
            try {
                return check.apply(drawn, deviations);
            } catch (ShapeMismatchException mismatch) {
                return Outcome.vacuous("the block does not run at these sizes: " + mismatch.getMessage());
            }
        }).run(apparatus.seed(), trials);
        return new Tried(report, deviations);
    }
}
