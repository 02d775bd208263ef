package io.fluxo.experiments.cli;

import io.fluxo.experiments.history.Run;
import io.fluxo.experiments.history.RunDifferences;
import io.fluxo.experiments.history.RunState;
import io.fluxo.experiments.history.Runs;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs, and in what they differ, for standard output. */
final class RunsText {

    private static final String NONE = "–";

    private RunsText() {}

    static String list(Runs runs, int columns) {
        if (runs.runs().isEmpty()) {
            return "no runs" + System.lineSeparator();
        }
        TextTable table = new TextTable("run", "study", "started", "backend", "state", "verdict", "lowest final loss");
        for (Run run : runs.runs()) {
            table.row(run.folder().toString(), run.name(), started(run), run.backend(), state(run), run.verdict().orElse(NONE),
                    run.lowest().map(variant -> Text.format("%s %s", Numerals.text(variant.mean()), variant.id())).orElse(NONE));
        }
        return table.within(columns);
    }

    /** To the minute. */
    private static String started(Run run) {
        return run.started().replaceFirst("^(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d):\\d\\dZ$", "$1 $2 UTC");
    }

    private static String state(Run run) {
        String all = run.trials().isPresent() ? Long.toString(run.trials().getAsLong()) : "?";
        return run.state() == RunState.FINISHED ? Text.format("finished, %s", Text.count(run.trialsDone(), "trial"))
                : Text.format("%s, %d of %s trials", Values.label(run.state()), run.trialsDone(), all);
    }

    static String differences(RunDifferences differences, int columns) {
        List<Run> runs = differences.runs();
        StringBuilder text = new StringBuilder();
        TextTable which = new TextTable("", "run", "started", "backend", "state", "verdict");
        for (int i = 0; i < runs.size(); i++) {
            which.row(letter(i), runs.get(i).folder().toString(), started(runs.get(i)), runs.get(i).backend(), state(runs.get(i)), runs.get(i).verdict().orElse(NONE));
        }
        text.append(which.within(columns));
        section(text, "study", differences.study(), runs.size(), columns);
        section(text, "environment", differences.environment(), runs.size(), columns);
        text.append(Text.format("%nresults: %s%n", results(differences)));
        if (!differences.variants().isEmpty()) {
            text.append(variants(differences).within(columns));
        }
        return text.toString();
    }

    private static String letter(int run) {
        return run < 26 ? Character.toString('A' + run) : Integer.toString(run + 1);
    }

    private static void section(StringBuilder text, String name, List<RunDifferences.Difference> differences, int runs, int columns) {
        text.append(Text.format("%n%s: %s%n", name, differences.isEmpty() ? "no difference" : Text.count(differences.size(), "difference")));
        if (differences.isEmpty()) {
            return;
        }
        TextTable table = new TextTable(header("key", runs).toArray(String[]::new));
        for (RunDifferences.Difference difference : differences) {
            List<String> row = new ArrayList<>(List.of(difference.key()));
            row.addAll(difference.values());
            table.row(row.toArray(String[]::new));
        }
        text.append(table.within(columns));
    }

    private static List<String> header(String first, int runs) {
        List<String> header = new ArrayList<>(List.of(first));
        for (int i = 0; i < runs; i++) {
            header.add(letter(i));
        }
        return header;
    }

    private static String results(RunDifferences differences) {
        String spoken = MeasureNames.spoken(differences.measure());
        if (differences.identical()) {
            return "identical, byte by byte; " + spoken;
        }
        List<String> open = new ArrayList<>();
        for (int i = 0; i < differences.runs().size(); i++) {
            if (differences.runs().get(i).state() != RunState.FINISHED) {
                open.add(letter(i));
            }
        }
        return open.isEmpty() ? "they differ; " + spoken : Text.format("%s %s not finished; %s", String.join(" and ", open), open.size() == 1 ? "has" : "have", spoken);
    }

    private static TextTable variants(RunDifferences differences) {
        int runs = differences.runs().size();
        List<String> header = header("variant", runs);
        if (runs == 2) {
            header.add("B − A");
        }
        TextTable table = new TextTable(header.toArray(String[]::new));
        for (RunDifferences.Row row : differences.variants()) {
            List<String> cells = new ArrayList<>(List.of(row.id()));
            row.runs().forEach(variant -> cells.add(cell(variant)));
            if (runs == 2) {
                cells.add(Numerals.signed(row.difference()));
            }
            table.row(cells.toArray(String[]::new));
        }
        return table;
    }

    /** Mean and deviation; and how many trials diverged or failed, where any did. */
    private static String cell(Optional<Run.Variant> variant) {
        if (variant.isEmpty()) {
            return NONE;
        }
        Run.Variant one = variant.get();
        Map<String, Integer> others = one.outcomes().stream().filter(outcome -> !outcome.equals("finished"))
                .collect(Collectors.groupingBy(outcome -> outcome, TreeMap::new, Collectors.summingInt(_ -> 1)));
        String outcomes = others.entrySet().stream().map(entry -> Text.format(", %d %s", entry.getValue(), entry.getKey())).collect(Collectors.joining());
        return Numerals.text(one.mean()) + (Double.isFinite(one.deviation()) ? " ± " + Numerals.text(one.deviation()) : "") + outcomes;
    }
}
