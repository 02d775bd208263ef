package io.fluxo.experiments.compare.waiver;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.file.Json;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Known differences of backends: what would be a bug and is not called one, with the reason. One that has expired, or that no longer occurs, is an error: a waiver
 * that nobody needs would hide the next bug. One of some machines need not occur on this one: libraries choose their code by the processor.
 */
public record Waivers(List<Waiver> all) {

    public static final Waivers NONE = new Waivers(List.of());

    private static final long MOST_BYTES = 1 << 20;
    private static final Set<String> KEYS = Set.of("backend", "operation", "dtype", "range", "reason", "link", "until", "machines");

    /** On which machines a difference occurs. */
    public enum Machines { ALL, SOME }

    public Waivers {
        all = List.copyOf(all);
    }

    /**
     * One known difference.
     *
     * @param backend   by its name
     * @param operation with its direction: {@code gelu/gradient}
     * @param dtype     {@code f32}
     * @param range     of values, as the cases are called: {@code ordinary}
     * @param reason    why it is accepted
     * @param link      where it is reported; may be empty
     * @param until     the last day on which it counts
     * @param machines  where it occurs
     */
    public record Waiver(String backend, String operation, String dtype, String range, String reason, String link, LocalDate until, Machines machines) {

        boolean covers(CompareRow row) {
            return row.backend().equals(backend) && row.dtype().label().equals(dtype) && (row.what() + " ").startsWith(operation + "/" + range + " ");
        }

        String told() {
            return Text.format("%s/%s on %s %s", operation, range, backend, dtype);
        }
    }

    /** @throws BadInput where the file cannot be read, or is no list of waivers */
    public static Waivers read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInput(Files.exists(file) ? "is not a file" : "no such file");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new BadInput(Text.format("holds more than %,d bytes", MOST_BYTES));
            }
            JsonNode root = Json.parse(Files.readString(file));
            if (!root.isArray()) {
                throw new BadInput("a list of waivers is needed: [{\"backend\": …, \"operation\": …, \"dtype\": …, \"range\": …, \"reason\": …, \"link\": …, \"until\": \"2027-01-31\"}]");
            }
            List<Waiver> waivers = new ArrayList<>();
            for (JsonNode node : root) {
                waivers.add(waiver(node, "waiver " + (waivers.size() + 1)));
            }
            return new Waivers(waivers);
        } catch (BadInput wrong) {
            throw new BadInput(Text.format("--waivers %s: %s", file, wrong.getMessage()), wrong);
        } catch (JacksonException wrong) {
            throw new BadInput(Text.format("--waivers %s: cannot be read: it is not JSON (%s)", file, wrong.getOriginalMessage()), wrong);
        } catch (IOException | RuntimeException wrong) {
            throw new BadInput(Text.format("--waivers %s: cannot be read: %s", file, wrong.getMessage()), wrong);
        }
    }

    private static Waiver waiver(JsonNode node, String name) {
        for (String key : node.propertyNames()) {
            if (!KEYS.contains(key)) {
                throw new BadInput(name + ": " + BadInput.legal("no key named", key, KEYS.stream().sorted().toList()));
            }
        }
        try {
            return new Waiver(text(node, "backend", name), text(node, "operation", name), text(node, "dtype", name), text(node, "range", name), text(node, "reason", name),
                    node.path("link").asString(""), LocalDate.parse(text(node, "until", name)), machines(node, name));
        } catch (DateTimeException noDay) {
            throw new BadInput(Text.format("%s: until is '%s'; a day as 2027-01-31 is needed", name, node.path("until").asString("")), noDay);
        }
    }

    private static Machines machines(JsonNode node, String name) {
        String written = node.path("machines").asString("all");
        return switch (written) {
            case "all" -> Machines.ALL;
            case "some" -> Machines.SOME;
            default -> throw new BadInput(Text.format("%s: machines is '%s' (legal: all, some)", name, written));
        };
    }

    private static String text(JsonNode node, String key, String name) {
        String value = node.path(key).asString("");
        if (value.isBlank()) {
            throw new BadInput(Text.format("%s: %s is missing", name, key));
        }
        return value;
    }

    /**
     * {@code rows} with what is waived called so.
     *
     * @throws BadInput where a waiver has expired by {@code today}, or covers no bug of a backend and type that was compared
     */
    public List<CompareRow> applied(List<CompareRow> rows, LocalDate today) {
        for (Waiver waiver : all) {
            if (today.isAfter(waiver.until)) {
                throw new BadInput(Text.format("the waiver of %s expired on %s", waiver.told(), waiver.until));
            }
            boolean hasToOccur = waiver.machines == Machines.ALL && rows.stream().anyMatch(waiver::covers);
            if (hasToOccur && rows.stream().noneMatch(row -> row.verdict() == CompareVerdict.BUG && waiver.covers(row))) {
                throw new BadInput(Text.format("the waiver of %s is not needed any more: the difference does not occur; remove it", waiver.told()));
            }
        }
        return rows.stream().map(this::waived).toList();
    }

    private CompareRow waived(CompareRow row) {
        return row.verdict() != CompareVerdict.BUG ? row : all.stream().filter(waiver -> waiver.covers(row)).findFirst()
                .map(waiver -> row.waived(Text.format("%s (until %s%s); %s", waiver.reason, waiver.until, waiver.link.isEmpty() ? "" : ", " + waiver.link, row.note()))).orElse(row);
    }
}
