package io.fluxo.experiments.verify;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Placement;
import io.fluxo.block.Traits.Equations;
import io.fluxo.experiments.BadInput;
import io.fluxo.layer.norm.TrainingStatistics;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The blocks to examine. */
public final class Candidates {

    private Candidates() {}

    /** The chapter's two blocks. */
    public static List<Candidate> standard(Catalog catalog) {
        return Stream.of(Equations.POST, Equations.PRE).map(equations -> placed(nameOf(equations), catalog, Optional.empty(), catalog.all(Placement.KIND).keySet())).toList();
    }

    private static String nameOf(Equations equations) {
        return ModelParts.CATALOG.all(Placement.KIND).entrySet().stream().filter(entry -> entry.getValue().traits().equations() == equations).findFirst()
                .orElseThrow().getKey();
    }

    /**
     * Each kind of block that {@code model} is made of, examined in the model's own kinds; where its norm is another in training, in both.
     *
     * @throws BadInput where a placement is not there
     */
    public static List<Candidate> of(ModelSpec model, Catalog catalog) {
        SequencedMap<ModelSpec, List<Integer>> kinds = new LinkedHashMap<>();
        model.layers().forEach(layer -> kinds.computeIfAbsent(model.like(layer, catalog), kind -> new ArrayList<>()).add(layer.index()));
        List<Candidate> candidates = new ArrayList<>();
        kinds.forEach((kind, layers) -> {
            Candidate candidate = chosen(kind, catalog);
            Candidate placed = kinds.size() == 1 ? candidate : candidate.at(Text.format("in block%s %s", layers.size() == 1 ? "" : "s", layers.stream()
                    .map(String::valueOf).collect(Collectors.joining(", "))));
            candidates.add(placed);
            if (candidate.norm().orElseThrow() instanceof TrainingStatistics) {
                candidates.add(placed.asInTraining());
            }
        });
        return candidates;
    }

    private static Candidate chosen(ModelSpec kind, Catalog catalog) {
        Choice placement = kind.get(PLACEMENT).standard();
        return new Candidate(placement.toString(), catalog.part(Placement.KIND, placement), catalog, Optional.of(kind));
    }

    /**
     * The block called {@code name}, an installed one's or a mutant's, in all kinds.
     *
     * @throws BadInput where there is none
     */
    public static Candidate named(String name, InstalledParts installed) {
        Optional<Mutant> mutant = installed.claims().mutant(name);
        if (mutant.isPresent()) {
            return mutant.get().candidate(installed.catalog());
        }
        List<String> legal = new ArrayList<>(installed.catalog().names(Placement.KIND));
        installed.claims().mutants().forEach(one -> legal.add(one.name()));
        return placed(name, installed.catalog(), Optional.empty(), legal);
    }

    private static Candidate placed(String name, Catalog catalog, Optional<ModelSpec> spec, Collection<String> legal) {
        Placement placement = catalog.all(Placement.KIND).get(name);
        if (placement == null) {
            throw new BadInput("--placement: " + BadInput.legal("no placement named", name, legal));
        }
        return new Candidate(name, placement, catalog, spec);
    }
}
