package io.fluxo.experiments.spec;

import io.fluxo.setting.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A key in which two studies differ. The order of a mapping's keys is no difference; that of values is, and that of variants: the first of them is
 * what others are compared with. By what a study is judged (expected, conditions, judged_from) is none: nothing that is trained depends on it.
 *
 * @param key   dotted
 * @param began its value in the one; a dash where it has none
 * @param given its value in the other
 */
public record StudyDifference(String key, String began, String given) {

    private static final String NONE = "–";
    private static final int LONGEST = 80;

    /** Every difference, in the order in which a study is written. */
    public static List<StudyDifference> between(Study began, Study given) {
        Map<String, String> before = written(began);
        Map<String, String> now = written(given);
        Set<String> keys = new LinkedHashSet<>(before.keySet());
        keys.addAll(now.keySet());
        List<StudyDifference> differences = new ArrayList<>();
        for (String key : keys) {
            String was = before.getOrDefault(key, NONE);
            String is = now.getOrDefault(key, NONE);
            if (!was.equals(is)) {
                int same = 0;
                while (same < Math.min(was.length(), is.length()) && was.charAt(same) == is.charAt(same)) {
                    same++;
                }
                differences.add(new StudyDifference(key, shortened(was, same), shortened(is, same)));
            }
        }
        return differences;
    }

    /** The keys that say by what a study is judged, those in which the two differ. */
    public static List<String> inJudgement(Study began, Study given) {
        Map<String, Boolean> same = new LinkedHashMap<>();
        same.put("expected", began.expected() == given.expected());
        same.put("conditions", began.conditions().equals(given.conditions()));
        same.put("judged_from", began.judgedFrom() == given.judgedFrom());
        same.values().removeIf(equal -> equal);
        return List.copyOf(same.keySet());
    }

    /** Dotted key → value, all there is to say about a study. */
    private static Map<String, String> written(Study study) {
        Map<String, String> written = new LinkedHashMap<>();
        written.put("study", study.name());
        written.put("question", study.question());
        written.put("hypothesis", study.hypothesis());
        study.sections().forEach((name, section) -> section(written, name + ".", section.values()));
        written.put("variants", Values.label(List.copyOf(study.variants().keySet())));
        study.variants().forEach((name, values) -> section(written, "variants." + name + ".", values));
        section(written, "vary.", study.vary());
        written.put("tune.steps", Values.label(study.tune().steps()));
        section(written, "tune.over.", study.tune().over());
        section(written, "tune.over.", study.tune().sampling().over());
        study.tune().instead().forEach((variant, grid) -> {
            written.put("tune.instead." + variant, Values.label(List.copyOf(new TreeSet<>(study.tune().keys(variant)))));
            section(written, "tune.instead." + variant + ".", grid);
            section(written, "tune.instead." + variant + ".", study.tune().sampling().ranges(variant));
        });
        section(written, "tune.bounded.", study.tune().bounded());
        written.put("tune.extend", Values.label(study.tune().extend()));
        written.put("tune.seeds", Values.label(study.tune().seeds()));
        written.put("tune.method", Values.label(study.tune().sampling().method()));
        written.put("tune.trials", Values.label(study.tune().sampling().trials()));
        written.put("tune.least_steps", Values.label(study.tune().sampling().leastSteps()));
        written.put("tune.factor", Values.label(study.tune().sampling().factor()));
        written.put("compare_on", study.compareOn());
        written.put("seeds", Values.label(study.seeds()));
        written.put("most_seeds", Values.label(study.mostSeeds()));
        written.put("margin", Values.label(study.margin()));
        written.put("measure", Values.label(List.copyOf(new TreeSet<>(study.measure()))));
        return written;
    }

    private static void section(Map<String, String> written, String prefix, Map<String, ?> values) {
        values.forEach((key, value) -> written.put(prefix + key, Values.label(value)));
    }

    /** At most {@link #LONGEST} characters of {@code text}, those in which it differs from the other among them. */
    private static String shortened(String text, int same) {
        if (text.isEmpty()) {
            return "''";
        }
        int from = text.length() <= LONGEST ? 0 : Math.min(Math.max(0, same - LONGEST / 2), text.length() - LONGEST);
        int to = Math.min(text.length(), from + LONGEST);
        return (from > 0 ? "…" : "") + text.substring(from, to) + (to < text.length() ? "…" : "");
    }
}
