package io.fluxo.experiments.cli;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.workbench.BackendRow;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "backends", mixinStandardHelpOptions = true, description = "Lists every backend: available or why not, device, dtypes, fused kernels.")
final class BackendsCommand extends FluxoCommand<ResultOptions> {

    BackendsCommand(Session session) {
        super(session, new ResultOptions());
    }

    @Override
    ExitStatus run() {
        List<BackendRow> rows = workbench().backends();
        ObjectNode root = Json.object();
        ArrayNode listed = root.putArray("backends");
        for (BackendRow row : rows) {
            ObjectNode entry = listed.addObject();
            entry.put("name", row.name());
            entry.put("available", row.available());
            entry.put("reason", row.reason());
            entry.put("device", row.device());
            entry.set("dtypes", Json.of(row.dtypes()));
            entry.set("fused_kernels", Json.of(row.fusedKernels()));
        }
        common.writeJson(Json.pretty(root), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(table(rows, terminal.tableColumns()));
        }
        return ExitStatus.AS_EXPECTED;
    }

    private static String table(List<BackendRow> rows, int columns) {
        TextTable table = new TextTable("backend", "available", "dtypes", "fused kernels", "device");
        List<String> reasons = new ArrayList<>();
        for (BackendRow row : rows) {
            table.row(row.name(), row.available() ? "yes" : "no", String.join(" ", row.dtypes()),
                    row.fusedKernels().isEmpty() ? "none" : Integer.toString(row.fusedKernels().size()), row.device());
            if (!row.available()) {
                reasons.add(Text.format("%s: %s%n", row.name(), row.reason()));
            } else if (!row.fusedKernels().isEmpty()) {
                reasons.add(Text.format("%s fuses %s%n", row.name(), String.join(", ", row.fusedKernels())));
            }
        }
        return table.within(columns) + (reasons.isEmpty() ? "" : System.lineSeparator() + String.join("", reasons));
    }
}
