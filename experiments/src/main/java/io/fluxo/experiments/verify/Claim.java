package io.fluxo.experiments.verify;

import io.fluxo.setting.PartKind;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * One statement, made executable. A class for each: its constructor gives the {@link Statement}, {@link #check} decides it.
 *
 * <pre>{@code
 * public final class ResidualIdentity extends Claim {
 *
 *     public ResidualIdentity() {
 *         super(Statement.of("residual-preserves", "The residual connection preserves the original information")
 *                 .said(Citation.chapter("Esta adição residual garante a preservação …"))
 *                 .group("chapter")
 *                 .about(Scope.EVERY, Topic.SUM)
 *                 .over("differentiable blocks", "for all weights and inputs")
 *                 .expected(Verdict.HOLDS).by("exact Jacobian by autodiff")
 *                 .refutes("mutant-dropped-residual"));
 *     }
 *
 *     public Finding check(Candidate candidate, Apparatus apparatus) { … }
 * }
 * }</pre>
 *
 * Several threads may check one claim, so it holds no state.
 */
public abstract class Claim {

    /** {@code verify CLAIM}; registered under its id. */
    public static final PartKind<Claim> KIND = new PartKind<>("claim", Claim.class, (name, claim) -> PartKind.differs(name, claim.id()));

    private final Statement statement;

    /** @throws IllegalArgumentException where the statement lacks something */
    protected Claim(Statement statement) {
        statement.requireComplete();
        this.statement = statement;
    }

    /**
     * Decides the claim. The verdict comes out of what runs; a check that could not come out otherwise would be none.
     *
     * @param candidate the block; null where the claim is about none
     */
    public abstract Finding check(Candidate candidate, Apparatus apparatus);

    /** Whether it needs what may not be there, the run of a study or a text: without it the claim is skipped, which is then no surprise. */
    public boolean needsInput() {
        return false;
    }

    /** Roughly how long it takes on one core, in seconds. */
    public final double seconds() {
        return statement.seconds;
    }

    /** What users call it. */
    public final String id() {
        return statement.id;
    }

    /** What it says, in English. */
    public final String text() {
        return statement.text;
    }

    /** Where it is said. */
    public final Citation citation() {
        return statement.citation;
    }

    public final String group() {
        return statement.group;
    }

    /** Which blocks it is about. */
    public final Scope scope() {
        return statement.scope;
    }

    /** For which sizes, inputs and weights it is claimed. */
    public final String domain() {
        return statement.domain;
    }

    /** Over what: {@code for all …}, {@code there is …}. */
    public final String quantifier() {
        return statement.quantifier;
    }

    /** How it is decided. */
    public final List<String> methods() {
        return statement.methods;
    }

    /** The verdict that Fluxo stands by for blocks without a fault. */
    public final Verdict expected() {
        return statement.expected;
    }

    /** The verdict that is expected of {@code candidate}, which is no mutant. */
    public Verdict expectedOf(Candidate candidate) {
        return expected();
    }

    /** The verdict that is expected of {@code mutant}: that of blocks without a fault, unless the fault makes the claim false or true. */
    public final Verdict expectedOf(Mutant mutant) {
        return refutes(mutant) ? Verdict.REFUTED : isTrueOf(mutant) ? Verdict.HOLDS : expected();
    }

    /** The names of the mutants that it must refute. */
    public final List<String> refuted() {
        return statement.refuted;
    }

    /** Whether it must refute {@code mutant}. */
    public final boolean refutes(Mutant mutant) {
        return refuted().contains(mutant.name());
    }

    /** The names of the mutants it is true of, though it is false of sound blocks. */
    public final List<String> trueOf() {
        return statement.trueOf;
    }

    /** Whether it is true of {@code mutant}, though it is false of sound blocks. */
    public final boolean isTrueOf(Mutant mutant) {
        return trueOf().contains(mutant.name());
    }

    /** The mutants that it brings with it. */
    public final List<Mutant> brought() {
        return statement.brought;
    }

    /** The faults in parts that it examines, which it must see; only where it is about no block. */
    public List<Fault> faults() {
        return statement.faults;
    }

    /** Why there is no mutant for it to refute; empty where there is one, and where no computation decides the claim. */
    public final String refutesNone() {
        return statement.refutesNone;
    }

    /** Why there is nothing to check of {@code candidate}; empty where there is. */
    public Optional<String> inapplicable(Candidate candidate) {
        if (!scope().covers(candidate.equations())) {
            return Optional.of(Text.format("speaks of the %s block; %s is of another design", scope() == Scope.POST ? "post-norm" : "pre-norm", candidate.name()));
        }
        return statement.topics.stream().flatMap(topic -> candidate.departure(topic).stream()).findFirst();
    }

    @Override
    public final String toString() {
        return id();
    }
}
