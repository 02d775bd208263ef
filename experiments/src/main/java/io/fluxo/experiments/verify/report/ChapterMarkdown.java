package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Control;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.VerdictRow;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.experiments.verify.chapter.Chapter;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code docs/chapter.md}: the chapter's sentences, what they say in English, the code that checks them, the verdict. */
public final class ChapterMarkdown {

    private ChapterMarkdown() {}

    public static String of(VerificationResult outcome, Realisation realisation) {
        StringBuilder text = new StringBuilder("""
                # The chapter, sentence by sentence

                The chapter *O Papel da Autoatenção na Integração Contextual do Fluxo Residual em Transformers*: each sentence as it stands there, what
                it says in English, the claims it makes, and what came of them. `./fluxo verify` gives the verdicts; `./fluxo verify CLAIM` shows how one
                comes about. This page is written by the tests from what runs; do not edit it.

                **proved**: for all inputs and weights, at the stated generality, for the composition in primitives (the conformance suite links it to
                the kernels) · **holds**: measured on every case tried · **refuted**: a counterexample is exhibited, and here always as expected ·
                **not testable** · **skipped**: decided by a study that trains.

                ## Claims

                | claim | says | expected of | verdict | checked by |
                |---|---|---|---|---|
                """);
        for (Claim claim : outcome.claims()) {
            text.append(Text.format("| <a id=\"%s\"></a>`%s` | %s | %s | %s | [%s](../%s) |%n", anchor(claim.id()), claim.id(), cell(claim.text()),
                    blocks(outcome, claim), verdicts(outcome, claim.id()), Links.name(claim), Links.file(claim)));
        }
        text.append("\n## Sentences\n");
        for (Chapter.Section section : Chapter.read().sections()) {
            text.append(Text.format("%n### %s%n*%s*%n", section.heading(), section.english()));
            for (Chapter.Sentence sentence : section.sentences()) {
                text.append(Text.format("%n> %s%n%n%s  %n→ %s%n", sentence.portuguese(), sentence.english(), !sentence.remark().isEmpty() ? sentence.remark()
                        : sentence.making(outcome.claims()).stream().map(id -> Text.format("[`%s`](#%s) %s", id, anchor(id), verdicts(outcome, id)))
                                .collect(Collectors.joining(" · "))));
            }
        }
        text.append(example(outcome, realisation));
        text.append(controls(outcome));
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static String anchor(String id) {
        return "claim-" + id.replace('.', '-');
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static String blocks(VerificationResult outcome, Claim claim) {
        String blocks = outcome.of(claim.id()).stream().map(VerdictRow::placement).filter(placement -> !placement.isEmpty()).collect(Collectors.joining(", "));
        return blocks.isEmpty() ? "–" : blocks;
    }

    /** One word where all blocks agree, else block by block. */
    private static String verdicts(VerificationResult outcome, String id) {
        List<VerdictRow> rows = outcome.of(id);
        Set<String> different = new LinkedHashSet<>();
        rows.forEach(row -> different.add(row.finding().verdict().label()));
        return different.size() == 1 ? Text.format("**%s**", different.iterator().next())
                : rows.stream().map(row -> Text.format("**%s** (%s)", row.finding().verdict().label(), row.placement())).collect(Collectors.joining(", "));
    }

    private static String example(VerificationResult outcome, Realisation realisation) {
        StringBuilder text = new StringBuilder("\n## The worked example\n\n");
        text.append("Weights under which a real post-norm block gives every printed number; values as the block shows them for token 2.\n\n| | block | printed |\n|---|---|---|\n");
        realisation.symbols().forEach((symbol, value) -> text.append(Text.format("| %s | %s | %s |%n", symbol, Digits.text(value),
                Digits.text(Published.value(symbol)))));
        text.append("\n```mermaid\n").append(Mermaid.graph(realisation.flow(), realisation.symbols())).append("```\n");
        outcome.of("worked-example-layernorm").forEach(row -> {
            text.append(Text.format("%nThe printed t3 and h are no LayerNorms of the printed t2 and t5:%n%n- %s%n", row.finding().measured()));
            row.finding().derivation().forEach(line -> text.append("- ").append(line).append('\n'));
        });
        return text.toString();
    }

    private static String controls(VerificationResult outcome) {
        Map<Mutant, List<String>> refuting = new LinkedHashMap<>();
        for (Control control : outcome.controls()) {
            List<String> ids = refuting.computeIfAbsent(control.mutant(), mutant -> new ArrayList<>());
            if (control.finding().verdict() == Verdict.REFUTED && control.claim().expected() != Verdict.REFUTED) {
                ids.add(Text.format("`%s`", control.claim().id()));
            }
        }
        StringBuilder text = new StringBuilder("""

                ## Controls

                Faulty blocks, each against all claims of its kind: a check that nothing can fail shows nothing. `./fluxo verify --placement NAME` shows
                the counterexamples.

                | block | its fault | refuted by |
                |---|---|---|
                """);
        refuting.forEach((mutant, ids) -> text.append(Text.format("| `%s` | %s | %s |%n", mutant.name(), mutant.fault(), String.join(", ", ids))));
        return text.toString();
    }
}
