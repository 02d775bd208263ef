package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code docs/claims.md}: every claim with its source, and what came of it in the last full run. */
public final class ClaimsMarkdown {

    private ClaimsMarkdown() {}

    /**
     * @param claims all of them
     * @param run    what {@code verify --group all --json} wrote
     */
    public static String of(List<Claim> claims, JsonNode run) {
        StringBuilder text = new StringBuilder(Text.format("""
                # The claims

                What `./fluxo verify` checks: the chapter's sentences, and the literature's about the residual stream. Each claim is a small class; `./fluxo verify CLAIM` runs it and shows
                its figures, `./fluxo verify --group GROUP --report FILE` draws theory beside measurement. A claim that is **refuted** is refuted as expected: the sentence does not hold
                as it stands, and the figures say how far it is off. Each claim that a computation decides is also run with a fault planted beneath it, which it has to see.
                [add-a-claim.md](add-a-claim.md) says how to add one.

                The figures are those of the last full run, %s, on %s. This page is written by the tests from the claims and from that run; do not edit it.
                """, run.path("date").asString(), run.path("backend").asString()));
        Map<String, List<Claim>> groups = new LinkedHashMap<>();
        claims.forEach(claim -> groups.computeIfAbsent(claim.group(), _ -> new ArrayList<>()).add(claim));
        groups.forEach((group, ofGroup) -> {
            text.append(Text.format("%n## %s%n%n| claim | says | source | expected | measured |%n|---|---|---|---|---|%n", group));
            ofGroup.forEach(claim -> text.append(row(claim, run)));
        });
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static String row(Claim claim, JsonNode run) {
        List<String> measured = new ArrayList<>();
        run.path("claims").forEach(row -> {
            if (row.path("id").asString().equals(claim.id())) {
                String block = row.path("placement").isNull() ? "" : row.path("placement").asString() + ": ";
                measured.add(Text.format("%s**%s**%s", block, row.path("verdict").asString(), claim.citation().isOfTheChapter() ? "" : " " + row.path("measured").asString("")));
            }
        });
        String source = claim.citation().isOfTheChapter() ? "the chapter" : claim.citation().quote();
        return Text.format("| [`%s`](../%s) | %s | %s | %s | %s |%n", claim.id(), Links.file(claim), cell(claim.text()), cell(source), claim.expected().label(),
                cell(String.join("; ", measured)));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
