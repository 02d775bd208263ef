package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Refuses what is written in a study and makes no difference. A key of a section that no model reads, whatever it is set to; in a variant, a key
 * that none of its models reads; in a grid or in tuning, a key of several values that some model does not read, since its trials would then be
 * the same. A key that says what would hold without it, its default, is no claim and is passed over.
 */
final class IdleKeys {

    private final Study study;
    private final Study silent;
    private final Catalog catalog;
    private final Locations locations;
    private final List<Examined> cells;

    /** @param unread dotted key that none of the models tried for {@code cell} reads → why */
    private record Examined(Study.Cell cell, Map<String, String> unread) {}

    private IdleKeys(Study study, Study silent, Catalog catalog, Locations locations) {
        this.study = study;
        this.silent = silent;
        this.catalog = catalog;
        this.locations = locations;
        this.cells = study.cells().stream().map(cell -> new Examined(cell, unreadByAll(models(cell)))).toList();
    }

    /**
     * @param silent what the study would be if nothing were written
     * @throws BadInput that names the first idle key, and where it stands
     */
    static void refuse(Study study, Study silent, Catalog catalog, Locations locations) {
        IdleKeys keys = new IdleKeys(study, silent, catalog, locations);
        keys.sections();
        keys.variants();
        keys.grid();
        keys.tuning();
    }

    private void sections() {
        Map<String, String> idle = unread(cells);
        Map<String, Object> defaults = values(Study.DEFAULT);
        Map<String, Object> inherited = values(silent);
        List<String> claimed = new ArrayList<>();
        values(study).forEach((key, value) -> {
            boolean says = locations.lines().containsKey(key) && !value.equals(defaults.get(key)) && !value.equals(inherited.get(key));
            if (says && idle.containsKey(key)) {
                claimed.add(key);
            }
        });
        if (!claimed.isEmpty()) {
            String others = String.join(", ", claimed.subList(1, claimed.size()));
            throw locations.complaint(claimed.getFirst(), idle.get(claimed.getFirst()) + (others.isEmpty() ? "" : "; likewise " + others));
        }
    }

    private void variants() {
        study.variants().forEach((name, values) -> {
            Map<String, String> idle = unread(cells.stream().filter(one -> one.cell.variant().equals(name)).toList());
            values.keySet().stream().filter(idle::containsKey).findFirst().ifPresent(key -> {
                throw locations.complaint(Text.format("variants.%s.%s", name, key), idle.get(key));
            });
        });
    }

    private void grid() {
        Map<String, String> idle = unread(cells);
        study.vary().forEach((key, values) -> {
            if (idle.containsKey(key)) {
                throw locations.complaint("vary." + key, idle.get(key));
            }
            cells.stream().filter(one -> values.size() > 1 && one.unread.containsKey(key)).findFirst().ifPresent(one -> {
                throw locations.complaint("vary." + key, alike(one.cell.vary(), one.unread.get(key)));
            });
        });
    }

    private void tuning() {
        for (Examined one : cells) {
            String path = study.tune().instead().containsKey(one.cell.variant()) ? "tune.instead." + one.cell.variant() : "tune.over";
            for (Map<String, Object> tried : examples(one.cell)) {
                Map<String, String> unread = unread(one.cell.with(tried));
                tried.keySet().stream().filter(unread::containsKey).findFirst().ifPresent(key -> {
                    Map<String, Object> point = new LinkedHashMap<>(one.cell.vary());
                    point.putAll(tried);
                    throw locations.complaint(path + "." + key, alike(point, unread.get(key)));
                });
            }
        }
    }

    private static String alike(Map<String, Object> point, String why) {
        return Text.format("at %s: %s; trials that differ in it alone would be the same", StudyCheck.shown(point), why);
    }

    /** What {@code cell} stands for: what is tried for it, or itself. */
    private List<Study.Cell> models(Study.Cell cell) {
        List<Study.Cell> tried = examples(cell).stream().map(cell::with).toList();
        return tried.isEmpty() ? List.of(cell) : tried;
    }

    /** What is tried for {@code cell}; of what is drawn, examples that are legal. */
    private List<Map<String, Object>> examples(Study.Cell cell) {
        return study.examples(cell).stream().filter(values -> !study.tune().sampling().draws() || StudyCheck.violation(cell.with(values), catalog).isEmpty()).toList();
    }

    /** What none of {@code some} reads, with all reasons. */
    private static Map<String, String> unread(List<Examined> some) {
        Map<String, String> all = new LinkedHashMap<>(some.getFirst().unread);
        all.keySet().removeIf(key -> !some.stream().allMatch(one -> one.unread.containsKey(key)));
        all.replaceAll((key, _) -> some.stream().map(one -> one.unread.get(key)).distinct().collect(Collectors.joining("; ")));
        return all;
    }

    private Map<String, String> unreadByAll(List<Study.Cell> models) {
        Map<String, String> unread = unread(models.getFirst());
        models.subList(1, models.size()).forEach(other -> unread.keySet().retainAll(unread(other).keySet()));
        return unread;
    }

    private Map<String, String> unread(Study.Cell cell) {
        return unread(cell, catalog);
    }

    /** Dotted key that the model of {@code cell} does not read → why. */
    static Map<String, String> unread(Study.Cell cell, Catalog catalog) {
        Map<String, String> unread = new LinkedHashMap<>();
        put(unread, "task.", cell.task().unread());
        put(unread, "model.", cell.model().unread(catalog));
        put(unread, "training.", cell.training().unread(cell.model().get(ModelSpec.FAMILY), catalog));
        return unread;
    }

    private static void put(Map<String, String> unread, String section, List<Violation> keys) {
        keys.forEach(key -> unread.put(section + key.key(), key.message()));
    }

    /** Dotted key → value, of all sections. */
    private static Map<String, Object> values(Study study) {
        Map<String, Object> values = new LinkedHashMap<>();
        study.sections().forEach((name, section) -> section.values().forEach((key, value) -> values.put(name + "." + key, value)));
        return values;
    }
}
