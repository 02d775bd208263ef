package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The groups that claims come in. */
public final class Groups {

    public static final String DEFAULT = "chapter";
    private static final String ALL = "all";

    /** Groups whose names are settled and whose claims are not written: who asks for one is told so. */
    private static final List<String> LATER = List.of("algebra", "init", "rank-collapse", "gradient", "trained");

    private static final Map<String, List<Claim>> GROUPS = groups();

    private Groups() {}

    private static Map<String, List<Claim>> groups() {
        Map<String, List<Claim>> groups = new LinkedHashMap<>();
        groups.put(DEFAULT, ChapterClaims.all());
        return groups;
    }

    /** Every claim there is. */
    public static List<Claim> all() {
        return GROUPS.values().stream().flatMap(List::stream).toList();
    }

    /** The group of a claim. */
    public static String of(Claim claim) {
        return GROUPS.entrySet().stream().filter(group -> group.getValue().contains(claim)).findFirst().orElseThrow().getKey();
    }

    /**
     * The claims to check.
     *
     * @param ids   as given; where there are none, all of {@code group}
     * @param group as given; null for the default
     * @throws BadInput where there is no such claim or group, or the group has no claims yet
     */
    public static List<Claim> choose(List<String> ids, String group) {
        List<Claim> ofGroup = group == null && !ids.isEmpty() ? all() : group(Optional.ofNullable(group).orElse(DEFAULT));
        if (ids.isEmpty()) {
            return ofGroup;
        }
        List<String> known = ofGroup.stream().map(Claim::id).toList();
        List<Claim> chosen = new ArrayList<>();
        for (String id : ids) {
            if (!known.contains(id)) {
                throw new BadInput(BadInput.legal("no claim named", id, known));
            }
            ofGroup.stream().filter(claim -> claim.id().equals(id) && !chosen.contains(claim)).forEach(chosen::add);
        }
        return chosen;
    }

    private static List<Claim> group(String name) {
        if (name.equals(ALL)) {
            return all();
        }
        if (LATER.contains(name)) {
            throw new BadInput(Text.format("--group %s: its claims are not written yet; there are those of: %s", name, String.join(", ", GROUPS.keySet())));
        }
        List<Claim> claims = GROUPS.get(name);
        if (claims == null) {
            List<String> legal = new ArrayList<>(GROUPS.keySet());
            legal.add(ALL);
            throw new BadInput("--group: " + BadInput.legal("no group named", name, legal));
        }
        return claims;
    }
}
