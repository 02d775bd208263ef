package io.fluxo.experiments.inspect.view;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.inspect.instrument.Ablation;
import io.fluxo.experiments.inspect.instrument.Circuits;
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

    /** Hidden numbers that are told. */
    private static final int NEURONS = 24;

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
            seen.weights().heads().stream().filter(weighted -> weighted.layer() == head.layer() && weighted.head() == head.head()).findFirst().ifPresent(weighted -> {
                ArrayNode norms = one.putArray("value_weighted");
                Arrays.stream(weighted.norms()).forEach(row -> norms.add(numbers(row)));
            });
        });
        ArrayNode circuits = node.putArray("circuits");
        seen.circuits().heads().forEach(head -> circuits.add(circuit(head, seen.circuits().againstQk().isEmpty(), seen.circuits().againstOv().isEmpty())));
        seen.scores().ifPresent(scores -> {
            ArrayNode heads = node.putArray("heads");
            scores.heads().forEach(head -> heads.addObject().put("layer", head.layer()).put("head", head.head()).put("previous_token", head.previous()).put("duplicate_token", head.duplicate())
                    .put("induction", head.induction()));
        });
        seen.attribution().ifPresent(attribution -> {
            ObjectNode one = node.putObject("attribution").put("token", attribution.token()).put("label", label.apply(attribution.token()));
            one.set("by_sub_layer", level(attribution.bySubLayer()));
            attribution.byHead().ifPresent(level -> one.set("by_head", level(level)));
            attribution.bySource().ifPresent(level -> one.set("by_source", sources(attribution, level, seen.ids().length)));
            attribution.byNeuron().ifPresent(level -> one.set("by_neuron", neurons(attribution, level)));
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

    /** {@code others} is what no head has: with it the values add up to the logit. */
    private static ObjectNode sources(Attribution attribution, DirectAttribution.Level level, int positions) {
        ObjectNode node = Json.object().put("logit", level.logit()).put("sum", level.sum());
        node.set("residual", Json.number(level.residual()));
        ArrayNode heads = node.putArray("heads");
        List<Attribution.Sources> sources = attribution.sources(positions);
        sources.forEach(one -> heads.addObject().put("layer", one.layer()).put("head", one.head()).set("values", numbers(one.values())));
        return node.put("others", level.sum() - sources.stream().mapToDouble(Attribution.Sources::sum).sum());
    }

    /** The hidden numbers that have most; {@code others} is the rest of the logit. */
    private static ObjectNode neurons(Attribution attribution, DirectAttribution.Level level) {
        ObjectNode node = Json.object().put("logit", level.logit()).put("sum", level.sum());
        node.set("residual", Json.number(level.residual()));
        ArrayNode neurons = node.putArray("neurons");
        List<Attribution.Neuron> most = attribution.neurons(NEURONS);
        most.forEach(one -> neurons.addObject().put("layer", one.layer()).put("neuron", one.neuron()).put("value", one.value()));
        return node.put("others", level.sum() - most.stream().mapToDouble(Attribution.Neuron::value).sum());
    }

    /**
     * @param ofScores whether W_Q·W_Kᵀ is the circuit of the scores
     * @param ofValues whether W_V·W_O is what is moved
     */
    private static ObjectNode circuit(Circuits.Head head, boolean ofScores, boolean ofValues) {
        ObjectNode one = Json.object().put("layer", head.layer()).put("head", head.head());
        if (ofScores) {
            one.set("qk_singular_values", numbers(head.qk()));
            one.set("qk_directions", Json.number(head.qkDirections()));
        }
        if (ofValues) {
            one.set("ov_singular_values", numbers(head.ov()));
            one.set("ov_directions", Json.number(head.ovDirections()));
        }
        return one;
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
