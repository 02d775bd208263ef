package io.fluxo.experiments.inspect.report;

import io.fluxo.experiments.inspect.view.Attribution;
import io.fluxo.experiments.inspect.view.Inspection;
import io.fluxo.experiments.page.Page;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/** {@code inspect --report}: one page that opens offline, with a part for each model. Tables and charts are drawn from the JSON. */
public final class InspectReport {

    private InspectReport() {}

    /**
     * @param data    the same as JSON
     * @param command as it was typed
     */
    public static String html(List<Inspection> seen, ObjectNode data, String command) {
        Page page = new Page("inspect/inspect.mustache", "inspect/inspect.css").draw(data, "inspect/inspect.js");
        page.put("command", command);
        page.put("title", String.join(" beside ", seen.stream().map(Inspection::name).toList()));
        page.put("prompt", seen.getFirst().labels());
        page.put("models", IntStream.range(0, seen.size()).mapToObj(i -> model(seen.get(i), i)).toList());
        return page.html();
    }

    private static Map<String, Object> model(Inspection seen, int number) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("number", number);
        node.put("name", seen.name());
        node.put("shape", Text.format("%s, %,d parameters", seen.shape(), seen.parameters()));
        node.put("fault", seen.check().fault().orElse(""));
        node.put("checked", Text.count(seen.check().checked(), "equation"));
        node.put("refused", seen.refused());
        node.put("lens", seen.lens().isPresent());
        node.put("circuits", !seen.circuits().heads().isEmpty());
        node.put("sources", seen.attribution().flatMap(Attribution::bySource).isPresent());
        node.put("neurons", seen.attribution().flatMap(Attribution::byNeuron).isPresent());
        node.put("weights", !seen.weights().heads().isEmpty());
        node.put("scores", seen.scores().isPresent());
        node.put("attribution", seen.attribution().isPresent());
        node.put("patching", seen.patching().isPresent());
        node.put("ablation", seen.ablation().map(ablation -> String.join(", ", ablation.changes())).orElse(""));
        return node;
    }
}
