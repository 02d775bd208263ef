package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.verify.Control;
import io.fluxo.experiments.verify.FaultControl;
import io.fluxo.experiments.verify.VerdictRow;
import io.fluxo.experiments.verify.VerificationResult;
import java.time.LocalDate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code verify --json}. */
public final class VerifyJson {

    private VerifyJson() {}

    public static ObjectNode of(VerificationResult outcome) {
        ObjectNode root = Json.object();
        root.put("backend", outcome.options().chosen().backend());
        root.put("dtype", outcome.options().chosen().dtype().label());
        root.put("date", LocalDate.now().toString());
        root.put("trials", outcome.options().trials());
        ArrayNode claims = root.putArray("claims");
        outcome.rows().forEach(row -> claims.add(claim(row, outcome)));
        ArrayNode controls = root.putArray("controls");
        outcome.controls().forEach(control -> controls.add(control(control)));
        outcome.faults().forEach(control -> controls.add(fault(control)));
        return root;
    }

    private static ObjectNode claim(VerdictRow row, VerificationResult outcome) {
        ObjectNode node = Json.object();
        node.put("id", row.claim().id());
        node.set("placement", text(row.placement()));
        node.put("statement", row.claim().text());
        node.put("quote", row.claim().citation().quote());
        node.put("verdict", row.finding().verdict().label());
        node.put("expected", row.expected().label());
        node.set("methods", Json.of(row.claim().methods()));
        node.set("theory", text(row.finding().theory()));
        node.set("measured", text(row.finding().measured()));
        node.set("tolerance", Json.number(row.finding().tolerance().orElse(Double.NaN)));
        node.set("witness", text(row.finding().witness()));
        node.set("counterexample", text(row.finding().counterexample()));
        node.put("seed", outcome.options().seed());
        node.set("seconds", Json.rounded(row.seconds(), 3));
        node.put("domain", row.claim().domain());
        node.put("quantifier", row.claim().quantifier());
        node.set("derivation", Json.of(row.finding().derivation()));
        node.put("group", row.claim().group());
        node.set("figures", figures(row));
        return node;
    }

    private static ObjectNode fault(FaultControl control) {
        ObjectNode node = Json.object();
        node.put("claim", control.claim().id());
        node.put("mutant", control.fault().name());
        node.put("verdict", control.finding().verdict().label());
        node.put("expected", control.fault().seen().label());
        node.set("counterexample", text(control.finding().counterexample()));
        return node;
    }

    private static ArrayNode figures(VerdictRow row) {
        ArrayNode figures = Json.array();
        row.finding().figures().forEach(figure -> figures.addObject().put("what", figure.what()).put("agrees", figure.agrees())
                .<ObjectNode>set("theory", Json.number(figure.theory())).<ObjectNode>set("measured", Json.number(figure.measured()))
                .<ObjectNode>set("low", Json.number(figure.low())).set("high", Json.number(figure.high())));
        return figures;
    }

    private static ObjectNode control(Control control) {
        ObjectNode node = Json.object();
        node.put("claim", control.claim().id());
        node.put("mutant", control.mutant().name());
        node.put("verdict", control.finding().verdict().label());
        node.put("expected", control.expected().label());
        node.set("counterexample", text(control.finding().counterexample()));
        return node;
    }

    private static JsonNode text(String value) {
        return Json.of(value.isEmpty() ? null : value);
    }
}
