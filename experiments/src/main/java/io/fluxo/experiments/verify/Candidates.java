package io.fluxo.experiments.verify;

import io.fluxo.block.Placement;
import io.fluxo.block.Traits.Equations;
import io.fluxo.experiments.BadInput;
import io.fluxo.layer.TrainingStatistics;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The blocks to examine. */
public final class Candidates {

    private Candidates() {}

    /** The chapter's two blocks. */
    public static List<Candidate> standard(Catalog catalog) {
        return Stream.of(Equations.POST, Equations.PRE).map(equations -> named(nameOf(equations), catalog, List.of(), Optional.empty())).toList();
    }

    private static String nameOf(Equations equations) {
        return Catalog.STANDARD.placements().entrySet().stream().filter(entry -> entry.getValue().traits().equations() == equations).findFirst()
                .orElseThrow().getKey();
    }

    /**
     * Each kind of block that {@code model} is made of, examined in the model's own kinds; where its norm is another in training, in both.
     *
     * @throws BadInput where a placement is not there
     */
    public static List<Candidate> of(ModelSpec model, Catalog catalog) {
        SequencedMap<ModelSpec, List<Integer>> kinds = new LinkedHashMap<>();
        model.layers().forEach(layer -> kinds.computeIfAbsent(model.like(layer), kind -> new ArrayList<>()).add(layer.index()));
        List<Candidate> candidates = new ArrayList<>();
        kinds.forEach((kind, layers) -> {
            Candidate candidate = named(kind.placement().standard(), catalog, List.of(), Optional.of(kind));
            Candidate placed = kinds.size() == 1 ? candidate : candidate.at(Text.format("in block%s %s", layers.size() == 1 ? "" : "s", layers.stream()
                    .map(String::valueOf).collect(Collectors.joining(", "))));
            candidates.add(placed);
            if (candidate.norm().orElseThrow() instanceof TrainingStatistics) {
                candidates.add(placed.asInTraining());
            }
        });
        return candidates;
    }

    /**
     * The block called {@code name}, a mutant's or an installed one's.
     *
     * @param mutants faulty blocks that may be named too
     * @param spec    a model whose kinds it is examined in
     * @throws BadInput where there is none
     */
    public static Candidate named(String name, Catalog catalog, List<Mutant> mutants, Optional<ModelSpec> spec) {
        Optional<Mutant> mutant = mutants.stream().filter(one -> one.name().equals(name)).findFirst();
        if (mutant.isPresent()) {
            return mutant.get().candidate(catalog, spec);
        }
        Placement placement = catalog.placements().get(name);
        if (placement == null) {
            SortedSet<String> installed = new TreeSet<>(catalog.placements().keySet());
            List<String> legal = new ArrayList<>(installed);
            mutants.forEach(one -> legal.add(one.name()));
            throw new BadInput("--placement: " + BadInput.legal("no placement named", name, legal));
        }
        return new Candidate(name, placement, catalog, spec);
    }
}
