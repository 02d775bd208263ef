package io.fluxo.experiments.verify;

import io.fluxo.block.Placement.Parts;
import io.fluxo.block.Placement;
import io.fluxo.block.Traits.Equations;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A block with one fault, to show that a check can fail.
 *
 * @param name   {@code mutant-…}, as {@code --placement} takes it
 * @param fault  what is wrong with it, in a sentence
 * @param design makes the block, and says whose equations it claims to compute
 * @param parts  puts the faulty part in place
 * @param breaks the claims it makes false
 * @param makesTrue  the claims that are false of a sound block and true of this one; all others keep their verdict
 */
public record Mutant(String name, String fault, Placement design, UnaryOperator<Parts> parts, Set<String> breaks, Set<String> makesTrue) {

    public Mutant {
        breaks = Set.copyOf(breaks);
        makesTrue = Set.copyOf(makesTrue);
    }

    /** Whose equations it claims to compute. */
    public Equations equations() {
        return design.traits().equations();
    }

    public Candidate candidate(Catalog catalog, Optional<ModelSpec> spec) {
        return new Candidate(name, "", design, parts, catalog, spec, Map.of());
    }
}
