package io.fluxo.experiments.verify;

import io.fluxo.plugin.Catalog;
import io.fluxo.setting.PartKind;
import java.util.function.UnaryOperator;

/**
 * A fault beneath a claim that is about no block: one of the parts that the claim examines is replaced by a broken one of the same name. It shows that the
 * check can fail.
 *
 * @param name  {@code mutant-…}
 * @param what  what is wrong, in a sentence
 * @param plant puts the broken part in place
 * @param seen  the verdict that the claim gives then
 */
public record Fault(String name, String what, UnaryOperator<Catalog> plant, Verdict seen) {

    /** @throws IllegalArgumentException where the name does not begin as a mutant's does */
    public Fault {
        Mutant.requireName(name);
    }

    /** The part called {@code part} replaced by {@code broken}. */
    public static <P> Fault of(String name, String what, PartKind<P> kind, String part, P broken) {
        return new Fault(name, what, catalog -> catalog.replacing(kind, part, broken), Verdict.REFUTED);
    }

    /** The same, where the claim is false without the fault too and so gives another verdict with it. */
    public Fault seenAs(Verdict verdict) {
        return new Fault(name, what, plant, verdict);
    }
}
