package io.fluxo.experiments.verify;

import io.fluxo.block.Placement;
import io.fluxo.block.Placement.Parts;
import io.fluxo.block.Traits.Equations;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.PartKind;
import io.fluxo.text.Text;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A block with one fault, to show that a check can fail. Claims name the mutants that they must refute.
 *
 * @param name   {@code mutant-…}, as {@code --placement} takes it
 * @param fault  what is wrong with it, in a sentence
 * @param design makes the block, and says whose equations it claims to compute
 * @param parts  puts the faulty part in place
 */
public record Mutant(String name, String fault, Placement design, UnaryOperator<Parts> parts) {

    /** {@code --placement mutant-…}; registered under its name. */
    public static final PartKind<Mutant> KIND = new PartKind<>("mutant", Mutant.class, (name, mutant) -> PartKind.differs(name, mutant.name));

    /** What every mutant's name begins with: so none can take a placement's. */
    public static final String PREFIX = "mutant-";

    /** @throws IllegalArgumentException where the name does not begin as a mutant's does */
    public Mutant {
        requireName(name);
    }

    static void requireName(String name) {
        if (!name.startsWith(PREFIX) || name.length() == PREFIX.length()) {
            throw new IllegalArgumentException(Text.format("a mutant is called %s…, not '%s'", PREFIX, name));
        }
    }

    /** Whose equations it claims to compute. */
    public Equations equations() {
        return design.traits().equations();
    }

    /** The block to be examined, in all kinds. */
    public Candidate candidate(Catalog catalog) {
        return new Candidate(name, "", design, parts, catalog, Optional.empty(), false);
    }
}
