package io.fluxo.experiments.verify;

import io.fluxo.block.Placement;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.verify.mutant.Mutant;
import io.fluxo.experiments.verify.mutant.Mutants;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The blocks to examine. */
public final class Candidates {

    private static final String POST = "post";
    private static final String PRE = "pre";

    private Candidates() {}

    /** The chapter's two blocks. */
    public static List<Candidate> standard(Catalog catalog) {
        return List.of(named(POST, catalog, Optional.empty()), named(PRE, catalog, Optional.empty()));
    }

    /**
     * The block called {@code name}, a mutant's or an installed one's.
     *
     * @param spec a model whose kinds it is examined in
     * @throws BadInput where there is none
     */
    public static Candidate named(String name, Catalog catalog, Optional<ModelSpec> spec) {
        Optional<Mutant> mutant = Mutants.find(name);
        if (mutant.isPresent()) {
            return mutant.get().candidate(catalog, spec);
        }
        Placement placement = catalog.placements().get(name);
        if (placement == null) {
            SortedSet<String> installed = new TreeSet<>(catalog.placements().keySet());
            List<String> legal = new ArrayList<>(installed);
            Mutants.all().forEach(one -> legal.add(one.name()));
            throw new BadInput("--placement: " + BadInput.legal("no placement named", name, legal));
        }
        Family family = switch (name) {
            case POST -> Family.POST;
            case PRE -> Family.PRE;
            default -> Family.OTHER;
        };
        return new Candidate(name, placement, family, catalog, spec);
    }
}
