package io.fluxo.experiments.verify;

import io.fluxo.experiments.BadInput;
import io.fluxo.plugin.Catalog;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/**
 * The claims there are, and the faulty blocks that they must refute.
 *
 * @param all     in the order in which they are listed
 * @param mutants those that were given, then those that claims bring with them
 */
public record Claims(List<Claim> all, List<Mutant> mutants) {

    /** The group that is verified where none is named. */
    public static final String DEFAULT_GROUP = "chapter";

    /** Stands for all groups. */
    public static final String EVERY_GROUP = "all";

    /** Those that are registered. */
    public static Claims of(Catalog catalog) {
        return new Claims(List.copyOf(catalog.all(Claim.KIND).values()), List.copyOf(catalog.all(Mutant.KIND).values()));
    }

    /** @throws BadInput where two claims or two mutants have one name, or a claim names a mutant that is not there or that it is not about */
    public Claims {
        all = List.copyOf(all);
        mutants = Stream.concat(mutants.stream(), all.stream().flatMap(claim -> claim.brought().stream())).distinct().toList();
        requireDifferentNames(all, mutants);
        requireMutants(all, mutants);
    }

    private static void requireDifferentNames(List<Claim> claims, List<Mutant> mutants) {
        Map<String, Claim> known = new HashMap<>();
        for (Claim claim : claims) {
            Claim other = known.putIfAbsent(claim.id(), claim);
            if (other != null) {
                throw new BadInput(Text.format("two claims are called '%s': %s and %s; give one of them another id", claim.id(), Origin.of(other.getClass()),
                        Origin.of(claim.getClass())));
            }
            if (claim.group().equals(EVERY_GROUP)) {
                throw new BadInput(Text.format("the claim '%s' is in a group called '%s', which stands for all groups; call its group something else", claim.id(), EVERY_GROUP));
            }
        }
        Map<String, Mutant> names = new HashMap<>();
        for (Mutant mutant : mutants) {
            if (names.putIfAbsent(mutant.name(), mutant) != null) {
                throw new BadInput(Text.format("two mutants are called '%s'; give one of them another name", mutant.name()));
            }
        }
    }

    private static void requireMutants(List<Claim> claims, List<Mutant> mutants) {
        List<String> known = mutants.stream().map(Mutant::name).toList();
        for (Claim claim : claims) {
            for (String name : Stream.concat(claim.refuted().stream(), claim.trueOf().stream()).toList()) {
                Mutant mutant = mutants.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow(() -> new BadInput(
                        Text.format("the claim '%s' names a faulty block that is not there: %s", claim.id(), BadInput.legal("no mutant named", name, known))));
                if (!claim.scope().covers(mutant.equations())) {
                    throw new BadInput(Text.format("the claim '%s' names %s, which is no block that the claim is about", claim.id(), name));
                }
            }
        }
    }

    /** The groups that claims say they belong to, in the order of their first claims. */
    public SequencedSet<String> groups() {
        SequencedSet<String> groups = new LinkedHashSet<>();
        all.forEach(claim -> groups.add(claim.group()));
        return groups;
    }

    /** Whether {@code mutant} is a control of {@code claim}: it is checked with every claim of the groups in which a claim names it. */
    public boolean isControl(Mutant mutant, Claim claim) {
        return claim.scope().covers(mutant.equations())
                && all.stream().anyMatch(other -> other.group().equals(claim.group()) && (other.refutes(mutant) || other.isTrueOf(mutant)));
    }

    public Optional<Mutant> mutant(String name) {
        return mutants.stream().filter(mutant -> mutant.name().equals(name)).findFirst();
    }

    /**
     * The claims to check.
     *
     * @param ids   as given; where there are none, all of {@code group}
     * @param group as given; empty for the default, or for any where there are ids
     * @throws BadInput where there is no such claim or group
     */
    public List<Claim> choose(List<String> ids, Optional<String> group) {
        List<Claim> ofGroup = group(group.orElse(ids.isEmpty() ? DEFAULT_GROUP : EVERY_GROUP));
        if (ids.isEmpty()) {
            return ofGroup;
        }
        List<String> known = ofGroup.stream().map(Claim::id).toList();
        SequencedSet<Claim> chosen = new LinkedHashSet<>();
        for (String id : ids) {
            chosen.add(ofGroup.stream().filter(claim -> claim.id().equals(id)).findFirst()
                    .orElseThrow(() -> new BadInput(BadInput.legal("no claim named", id, known))));
        }
        return List.copyOf(chosen);
    }

    private List<Claim> group(String name) {
        if (name.equals(EVERY_GROUP)) {
            return all;
        }
        if (!groups().contains(name)) {
            List<String> legal = new ArrayList<>(groups());
            legal.add(EVERY_GROUP);
            throw new BadInput("--group: " + BadInput.legal("no group named", name, legal));
        }
        return all.stream().filter(claim -> claim.group().equals(name)).toList();
    }
}
