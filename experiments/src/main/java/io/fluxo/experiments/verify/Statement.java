package io.fluxo.experiments.verify;

import io.fluxo.text.Text;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a claim is made of besides its check, written in this order: what is said, where it is said, of which blocks and over which cases, what is
 * expected, how it is decided, and which faulty blocks it must refute. Immutable.
 *
 * <p>A claim needs a citation, a group, a scope and an expected verdict. One that a computation decides also says which mutants it must refute, or why
 * there is none: a check that nothing can fail shows nothing.
 */
public final class Statement {

    // read by Claim
    final String id;
    final String text;
    Citation citation;
    String group = "";
    Scope scope;
    List<Topic> topics = List.of();
    String domain = "";
    String quantifier = "";
    Verdict expected;
    List<String> methods = List.of();
    List<String> refuted = List.of();
    List<String> trueOf = List.of();
    List<Mutant> brought = List.of();
    List<Fault> faults = List.of();
    String refutesNone = "";
    double seconds = 0.5;

    private Statement(String id, String text) {
        this.id = id;
        this.text = text;
    }

    /**
     * @param id   what users call the claim
     * @param text what it says, in English
     */
    public static Statement of(String id, String text) {
        return new Statement(id, text);
    }

    /** Where it is said. */
    public Statement said(Citation where) {
        return with(copy -> copy.citation = where);
    }

    /** The group that it belongs to, as {@code --group} names it. */
    public Statement group(String name) {
        return with(copy -> copy.group = name);
    }

    /**
     * @param blocks which blocks it is about
     * @param of     what it speaks of; it is skipped of a block that has one of these otherwise
     */
    public Statement about(Scope blocks, Topic... of) {
        return with(copy -> {
            copy.scope = blocks;
            copy.topics = List.of(of);
        });
    }

    /**
     * @param cases  for which sizes, inputs and weights it is claimed
     * @param varied {@code for all …}, {@code there is …}
     */
    public Statement over(String cases, String varied) {
        return with(copy -> {
            copy.domain = cases;
            copy.quantifier = varied;
        });
    }

    /** The verdict that Fluxo stands by for blocks without a fault. */
    public Statement expected(Verdict verdict) {
        return with(copy -> copy.expected = verdict);
    }

    /** How it is decided. */
    public Statement by(String... ways) {
        return with(copy -> copy.methods = List.of(ways));
    }

    /** The mutants that it must refute, by name. Of the other mutants of its group it is expected to be as true as of sound blocks. */
    public Statement refutes(String... mutants) {
        return with(copy -> copy.refuted = joined(refuted, List.of(mutants)));
    }

    /** The same for a mutant that the claim brings with it. */
    public Statement refutes(Mutant own) {
        return refutes(own.name()).with(copy -> copy.brought = joined(brought, List.of(own)));
    }

    /** The same for faults in the parts that it examines, where it is about no block. */
    public Statement refutes(Fault... planted) {
        return with(copy -> copy.faults = joined(faults, List.of(planted)));
    }

    /** The mutants that it is true of although it is false of sound blocks, by name. */
    public Statement trueOf(String... mutants) {
        return with(copy -> copy.trueOf = List.of(mutants));
    }

    /** Why there is no mutant for it to refute. */
    public Statement refutesNone(String why) {
        return with(copy -> copy.refutesNone = why);
    }

    /** Roughly how long the check takes on one core, for whoever waits. */
    public Statement takes(double expected) {
        return with(copy -> copy.seconds = expected);
    }

    private Statement with(Consumer<Statement> change) {
        Statement copy = new Statement(id, text);
        copy.citation = citation;
        copy.group = group;
        copy.scope = scope;
        copy.topics = topics;
        copy.domain = domain;
        copy.quantifier = quantifier;
        copy.expected = expected;
        copy.methods = methods;
        copy.refuted = refuted;
        copy.trueOf = trueOf;
        copy.brought = brought;
        copy.faults = faults;
        copy.refutesNone = refutesNone;
        copy.seconds = seconds;
        change.accept(copy);
        return copy;
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** @throws IllegalArgumentException where something is missing */
    void requireComplete() {
        require(!isBlank(id), "it has no id");
        require(!isBlank(text), "it says nothing");
        require(citation != null, "it does not say where it is said");
        require(!isBlank(group), "it belongs to no group");
        require(scope != null, "it does not say which blocks it is about");
        require(expected != null, "it does not say which verdict is expected");
        boolean controlled = !refuted.isEmpty() || !trueOf.isEmpty() || !faults.isEmpty();
        require(faults.isEmpty() || scope == Scope.NONE, "it is about blocks, so what it must refute are blocks, and it names faults of other parts");
        require(expected == Verdict.NOT_TESTABLE || controlled || !isBlank(refutesNone),
                "it names no mutant that it must refute, and does not say why there is none");
        require(!controlled || isBlank(refutesNone), "it names mutants, and says why there are none");
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(Text.format("the claim '%s' is not complete: %s", id, otherwise));
        }
    }

    private static boolean isBlank(String words) {
        return words == null || words.isBlank();
    }
}
