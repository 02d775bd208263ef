package io.fluxo.experiments.inspect.view;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.inspect.instrument.Ablation;
import io.fluxo.experiments.inspect.instrument.DirectAttribution;
import io.fluxo.experiments.inspect.instrument.LogitLens;
import io.fluxo.experiments.inspect.instrument.Patching;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What was seen as JSON: one object for each model. A number that is not finite is null. */
public final class InspectJson {

    private InspectJson() {}

    /** All models that were seen. */
    public static ObjectNode of(List<ObjectNode> models) {
        ObjectNode root = Json.object();
        root.putArray("models").addAll(models);
        return root;
    }

    /** @param label what a token id stands for */
    public static ObjectNode of(Inspection seen, IntFunction<String> label) {
        ObjectNode node = Json.object().put("model", seen.name()).put("shape", seen.shape()).put("parameters", seen.parameters());
        node.put("stream_equations", seen.check().checked()).put("stream_fault", seen.check().fault().orElse(null));
        node.set("ids", Json.of(Arrays.stream(seen.ids()).boxed().toList()));
        node.set("tokens", Json.of(seen.labels()));
        ArrayNode stream = node.putArray("stream");
        seen.stream().layers().forEach(layer -> {
            ObjectNode one = stream.addObject().put("point", layer.point());
            one.set("norm", numbers(layer.norms()));
            one.set("cosine_to_last", numbers(layer.cosines()));
        });
        seen.lens().ifPresent(lens -> node.set("lens", lens(lens, label)));
        ArrayNode patterns = node.putArray("patterns");
        seen.patterns().heads().forEach(head -> {
            ObjectNode one = patterns.addObject().put("layer", head.layer()).put("head", head.head());
            ArrayNode rows = one.putArray("pattern");
            Arrays.stream(head.pattern()).forEach(row -> rows.add(numbers(row)));
        });
        seen.scores().ifPresent(scores -> {
            ArrayNode heads = node.putArray("heads");
            scores.heads().forEach(head -> heads.addObject().put("layer", head.layer()).put("head", head.head()).put("previous_token", head.previous()).put("duplicate_token", head.duplicate())
                    .put("induction", head.induction()));
        });
        seen.attribution().ifPresent(attribution -> {
            ObjectNode one = node.putObject("attribution").put("token", attribution.token()).put("label", label.apply(attribution.token()));
            one.set("by_sub_layer", level(attribution.bySubLayer()));
            attribution.byHead().ifPresent(level -> one.set("by_head", level(level)));
        });
        seen.ablation().ifPresent(ablation -> node.set("ablation", ablation(ablation)));
        seen.patching().ifPresent(patching -> node.set("patching", patching(patching)));
        node.set("refused", Json.of(seen.refused()));
        return node;
    }

    private static ArrayNode lens(LogitLens lens, IntFunction<String> label) {
        ArrayNode layers = Json.array();
        lens.layers().forEach(layer -> {
            ArrayNode positions = layers.addObject().put("point", layer.point()).putArray("positions");
            layer.positions().forEach(reading -> {
                ObjectNode one = positions.addObject();
                one.set("ids", Json.of(Arrays.stream(reading.ids()).boxed().toList()));
                one.set("labels", Json.of(Arrays.stream(reading.ids()).mapToObj(label).toList()));
                one.set("probabilities", numbers(reading.probabilities()));
                one.put("rank_of_final", reading.rank());
                one.set("kl_final_here", Json.number(reading.divergence()));
                one.set("entropy", Json.number(reading.entropy()));
            });
        });
        return layers;
    }

    private static ObjectNode level(DirectAttribution.Level level) {
        ObjectNode node = Json.object().put("logit", level.logit()).put("sum", level.sum());
        node.set("residual", Json.number(level.residual()));
        ArrayNode shares = node.putArray("shares");
        level.shares().forEach(share -> shares.addObject().put("origin", share.origin().toString()).put("value", share.value()));
        return node;
    }

    private static ObjectNode ablation(Ablation ablation) {
        ObjectNode node = Json.object();
        node.set("changes", Json.of(ablation.changes()));
        node.set("kl_before_after", numbers(ablation.divergence()));
        node.set("before", choices(ablation.before()));
        node.set("after", choices(ablation.after()));
        return node;
    }

    private static ArrayNode choices(List<Ablation.Choice> choices) {
        ArrayNode nodes = Json.array();
        choices.forEach(choice -> nodes.addObject().put("id", choice.id()).put("probability", choice.probability()));
        return nodes;
    }

    private static ObjectNode patching(Patching patching) {
        ObjectNode node = Json.object();
        node.set("clean", Json.number(patching.clean()));
        node.set("corrupted", Json.number(patching.corrupted()));
        node.set("stream", sites(patching.stream()));
        node.set("heads", sites(patching.heads()));
        return node;
    }

    private static ArrayNode sites(List<Patching.Site> sites) {
        ArrayNode nodes = Json.array();
        sites.forEach(site -> {
            ObjectNode one = nodes.addObject().put("point", site.point()).put("at", site.at());
            one.set("recovered", Json.number(site.recovered()));
            one.set("estimated", Json.number(site.estimated()));
        });
        return nodes;
    }

    static ArrayNode numbers(double[] values) {
        ArrayNode numbers = Json.array();
        Arrays.stream(values).forEach(value -> numbers.add(Json.number(value)));
        return numbers;
    }
}
