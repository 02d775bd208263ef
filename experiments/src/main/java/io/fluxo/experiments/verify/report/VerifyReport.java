package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.page.Page;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Claims;
import io.fluxo.experiments.verify.Control;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.FaultControl;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.VerdictRow;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.experiments.verify.chapter.Chapter;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code verify --report}: one page that opens offline; sentences, claims with derivations and witnesses, the worked example, the controls. */
public final class VerifyReport {

    private VerifyReport() {}

    /** @param realisation the worked example's run; empty where the post-norm block was not examined */
    public static String html(VerificationResult outcome, Optional<Realisation> realisation, String command) {
        Page page = new Page("verify/verify.mustache", "verify/verify.css");
        page.put("command", command);
        page.put("verdict", outcome.asExpected() ? "All as expected" : "Not all as expected");
        page.put("verdictClass", outcome.asExpected() ? "holds" : "does-not-hold");
        page.put("summary", summary(outcome));
        page.put("facts", facts(outcome));
        page.put("exact", outcome.exact().stream().map(Apparatus.Setup::toString).collect(Collectors.joining(", "))
                + (outcome.refused().isEmpty() ? "" : "; not on " + String.join(", ", outcome.refused())));
        page.put("title", outcome.claims().stream().allMatch(claim -> claim.group().equals(Claims.DEFAULT_GROUP))
                ? "The chapter’s claims, proved where they can be proved, refuted where they are false" : "Claims about the residual stream, beside what was measured");
        List<Map<String, Object>> sections = Chapter.read().sections().stream().map(section -> section(section, outcome))
                .filter(section -> outcome.claims().stream().anyMatch(claim -> claim.citation().isOfTheChapter()) && !((List<?>) section.get("sentences")).isEmpty()).toList();
        page.put("read", sections.isEmpty() ? List.of() : List.of(Map.of("sections", sections)));
        ArrayNode charts = Json.array();
        page.put("groups", groups(outcome, charts));
        if (!charts.isEmpty()) {
            page.draw(Json.object().set("charts", charts), "verify/verify.js");
        }
        realisation.ifPresent(run -> page.put("example", example(run, outcome)));
        if (!outcome.controls().isEmpty()) {
            page.put("controls", matrix(outcome));
        }
        return page.html();
    }

    private static String summary(VerificationResult outcome) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        outcome.rows().forEach(row -> counts.merge(row.finding().verdict().label(), 1, Integer::sum));
        String verdicts = counts.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey()).collect(Collectors.joining(", "));
        long wrong = outcome.wrongControls();
        return Text.format("%s: %s.%s", Text.count(outcome.rows().size(), "verdict"), verdicts, outcome.controlCount() == 0 ? ""
                : wrong == 0 ? Text.format(" %s, each as expected.", Text.count(outcome.controlCount(), "control"))
                        : Text.format(" %d of %d controls not as expected.", wrong, outcome.controlCount()));
    }

    private static List<Map<String, String>> facts(VerificationResult outcome) {
        Apparatus.Options options = outcome.options();
        String blocks = outcome.rows().stream().map(VerdictRow::placement).filter(name -> !name.isEmpty()).distinct().collect(Collectors.joining(", "));
        List<Map<String, String>> facts = new ArrayList<>(List.of(Map.of("name", "measured on", "value", options.chosen().toString()),
                Map.of("name", "cases of each for-all claim", "value", Integer.toString(options.trials())), Map.of("name", "seed", "value", Long.toString(options.seed()))));
        if (!blocks.isEmpty()) {
            facts.add(Map.of("name", "blocks", "value", blocks));
        }
        return facts;
    }

    private static Map<String, Object> section(Chapter.Section section, VerificationResult outcome) {
        List<Map<String, Object>> sentences = new ArrayList<>();
        for (Chapter.Sentence sentence : section.sentences()) {
            SequencedSet<String> ids = sentence.making(outcome.claims());
            List<Map<String, Object>> claims = ids.stream().filter(id -> !outcome.of(id).isEmpty()).map(id -> chip(id, outcome)).toList();
            if (!claims.isEmpty() || ids.isEmpty()) {
                sentences.add(Map.of("portuguese", plain(sentence.portuguese()), "english", sentence.english(), "claims", claims, "remark",
                        sentence.remark()));
            }
        }
        return Map.of("heading", section.heading(), "english", section.english(), "sentences", sentences);
    }

    private static Map<String, Object> chip(String id, VerificationResult outcome) {
        List<VerdictRow> rows = outcome.of(id);
        String verdicts = rows.stream().map(row -> row.finding().verdict().label()).distinct().collect(Collectors.joining(" / "));
        return Map.of("id", id, "anchor", anchor(id), "verdict", verdicts, "tone", tone(rows), "code", Links.name(rows.getFirst().claim()));
    }

    /** A surprise is bad; what was expected is good where the claim stands, and unsure where it does not or was not decided. */
    private static String tone(List<VerdictRow> rows) {
        if (!rows.stream().allMatch(VerdictRow::asExpected)) {
            return "bad";
        }
        return rows.stream().allMatch(row -> row.finding().verdict() == Verdict.PROVED || row.finding().verdict() == Verdict.HOLDS) ? "good" : "unsure";
    }

    private static List<Map<String, Object>> groups(VerificationResult outcome, ArrayNode charts) {
        Map<String, List<Claim>> groups = new LinkedHashMap<>();
        outcome.claims().forEach(claim -> groups.computeIfAbsent(claim.group(), _ -> new ArrayList<>()).add(claim));
        boolean one = groups.size() == 1;
        return groups.entrySet().stream().map(group -> Map.<String, Object>of("name", group.getKey(), "heading", one ? "Claim by claim" : group.getKey(),
                "claims", group.getValue().stream().map(claim -> claim(claim, outcome, charts)).toList())).toList();
    }

    private static Map<String, Object> claim(Claim claim, VerificationResult outcome, ArrayNode charts) {
        Map<String, Object> node = new LinkedHashMap<>(chip(claim.id(), outcome));
        node.put("statement", claim.text());
        node.put("source", claim.citation().isOfTheChapter() ? "" : claim.citation().quote());
        node.put("domain", claim.domain());
        node.put("quantifier", claim.quantifier());
        node.put("methods", String.join(" · ", claim.methods()));
        node.put("file", Links.file(claim));
        node.put("rows", outcome.of(claim.id()).stream().map(row -> row(row, charts)).toList());
        node.put("faults", outcome.faultsOf(claim).stream().map(VerifyReport::fault).toList());
        node.put("again", Text.format("%s verify %s --seed %d", Launcher.command(), claim.id(), outcome.options().seed()));
        return node;
    }

    private static Map<String, Object> fault(FaultControl control) {
        return Map.of("what", control.fault().what(), "verdict", control.finding().verdict().label(), "tone", control.asExpected() ? "good" : "bad", "counterexample",
                control.finding().counterexample());
    }

    private static Map<String, Object> figure(Figure figure) {
        return Map.of("what", figure.what(), "allowed", figure.allowed(), "measured", Digits.text(figure.measured()), "mark", figure.agrees() ? "✓" : "✗", "tone",
                figure.agrees() ? "good" : "unsure");
    }

    private static Map<String, Object> chart(Chart chart, ArrayNode charts) {
        ObjectNode node = charts.addObject().put("x", chart.x()).put("y", chart.y()).put("log_x", chart.logX()).put("log_y", chart.logY());
        ArrayNode lines = node.putArray("lines");
        chart.lines().forEach(line -> {
            ArrayNode points = lines.addObject().put("name", line.name()).put("theory", line.theory()).putArray("points");
            line.points().forEach(point -> points.add(Json.numbers(point)));
        });
        return Map.of("index", charts.size() - 1, "title", chart.title(), "x", chart.x(), "y", chart.y());
    }

    private static Map<String, Object> row(VerdictRow row, ArrayNode charts) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("placement", row.placement());
        node.put("verdict", row.finding().verdict().label());
        node.put("tone", tone(List.of(row)));
        node.put("expected", row.expected().label());
        node.put("surprise", !row.asExpected());
        node.put("theory", row.finding().theory());
        node.put("measured", row.finding().measured());
        node.put("tolerance", row.finding().tolerance().isPresent() ? Digits.text(row.finding().tolerance().getAsDouble()) : "");
        node.put("witness", row.finding().witness());
        node.put("counterexample", row.finding().counterexample());
        node.put("derivation", String.join("\n", row.finding().derivation()));
        node.put("charts", row.finding().charts().stream().map(chart -> chart(chart, charts)).toList());
        node.put("numbered", !row.finding().figures().isEmpty());
        node.put("figureCount", Text.count(row.finding().figures().size(), "figure"));
        node.put("figures", row.finding().figures().stream().map(VerifyReport::figure).toList());
        node.put("derivationLength", row.finding().derivation().size());
        return node;
    }

    private static Map<String, Object> example(Realisation run, VerificationResult outcome) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("drawing", DataflowDrawing.svg(run.flow(), run.symbols()));
        node.put("mermaid", Mermaid.graph(run.flow(), run.symbols()));
        node.put("gain1", Digits.text(run.gain1()));
        node.put("gain2", Digits.text(run.gain2()));
        node.put("norms", outcome.of("worked-example-layernorm").stream().map(VerifyReport::norms).toList());
        return node;
    }

    private static Map<String, Object> norms(VerdictRow row) {
        return Map.of("measured", row.finding().measured(), "lines", row.finding().derivation());
    }

    private static Map<String, Object> matrix(VerificationResult outcome) {
        Map<Mutant, Map<Claim, Control>> cells = new LinkedHashMap<>();
        outcome.controls().forEach(control -> cells.computeIfAbsent(control.mutant(), mutant -> new LinkedHashMap<>()).put(control.claim(), control));
        Set<Claim> claims = new LinkedHashSet<>();
        outcome.controls().forEach(control -> claims.add(control.claim()));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Claim claim : claims) {
            rows.add(Map.of("id", claim.id(), "anchor", anchor(claim.id()), "cells", cells.values().stream().map(column -> cell(column.get(claim)))
                    .toList()));
        }
        List<Map<String, Object>> columns = cells.keySet().stream().map(mutant -> Map.<String,
                Object>of("name", mutant.name().substring(Mutant.PREFIX.length()), "fault", mutant.fault())).toList();
        List<Map<String, Object>> counterexamples = outcome.controls().stream().filter(control -> control.finding().verdict() == Verdict.REFUTED
                && control.claim().refutes(control.mutant())).map(control -> Map.<String, Object>of("mutant", control.mutant().name(), "claim",
                        control.claim().id(), "counterexample", control.finding().counterexample())).toList();
        return Map.of("columns", columns, "rows", rows, "counterexamples", counterexamples, "size", counterexamples.size());
    }

    private static Map<String, Object> cell(Control control) {
        if (control == null) {
            return Map.of("tone", "none", "mark", "", "label", "not about this block");
        }
        boolean refuted = control.claim().refutes(control.mutant());
        boolean madeTrue = control.claim().isTrueOf(control.mutant());
        return Map.of("tone", control.asExpected() ? refuted ? "hit" : "kept" : "bad", "mark", control.asExpected() ? refuted ? "✗" : madeTrue ? "○" : "·" : "!",
                "label", Text.format("%s: %s, expected %s", control.mutant().name(), control.finding().verdict().label(), control.expected().label()));
    }

    private static String anchor(String id) {
        return "claim-" + id.replace('.', '-').toLowerCase(Locale.ROOT);
    }

    /** Without Markdown's emphasis and the footnotes' numbers. */
    private static String plain(String sentence) {
        return sentence.replaceAll("\\s*\\[\\^[^\\]]*\\]", "").replace("**", "").replace("*", "").replace("$$", "").replace("$", "").replace("\\ldots", "…")
                .replace("^1", "¹").replace("^2", "²").replace("^3", "³").replace("^4", "⁴").replace("^5", "⁵");
    }
}
