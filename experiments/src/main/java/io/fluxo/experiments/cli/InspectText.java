package io.fluxo.experiments.cli;

import io.fluxo.experiments.inspect.instrument.Circuits;
import io.fluxo.experiments.inspect.view.Attribution;
import io.fluxo.experiments.inspect.view.Inspection;
import io.fluxo.experiments.inspect.instrument.Ablation;
import io.fluxo.experiments.inspect.instrument.DirectAttribution;
import io.fluxo.experiments.inspect.instrument.LogitLens;
import io.fluxo.experiments.inspect.instrument.Patching;
import io.fluxo.experiments.inspect.instrument.StreamFigures;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What was seen of a model, for standard output: the stream and the lens layer by layer at the last position, what heads do, and what was asked for. */
final class InspectText {

    private static final int MOST_SITES = 12;

    private InspectText() {}

    /** @param label what a token id stands for */
    static String of(Inspection seen, IntFunction<String> label, int columns) {
        return Text.format("%s: %s, %,d parameters%n%s%n%s%n%n", seen.name(), seen.shape(), seen.parameters(), checked(seen), tokens(seen)) + layers(seen, label, columns) + heads(seen, columns) + circuits(seen.circuits(), columns)
                + seen.attribution().map(attribution -> attribution(attribution, label, columns) + sources(attribution, seen, columns) + neurons(attribution, columns)).orElse("")
                + seen.ablation().map(ablation -> ablation(ablation, label)).orElse("") + seen.patching().map(patching -> patching(patching, seen, columns)).orElse("")
                + seen.refused().stream().map(reason -> Text.format("%n%s%n", reason)).collect(Collectors.joining());
    }

    private static String checked(Inspection seen) {
        return seen.check().fault().map(fault -> "the stream is NOT what its blocks declare: " + fault)
                .orElse(Text.format("the stream is what its blocks declare: %s hold", Text.count(seen.check().checked(), "equation")));
    }

    private static String tokens(Inspection seen) {
        return seen.labels().stream().collect(Collectors.joining("|", "|", "|"));
    }

    private static String layers(Inspection seen, IntFunction<String> label, int columns) {
        TextTable table = new TextTable("at the last token", "norm", "cosine to the end", "reads as", "probability", "rank of the final", "KL to the final");
        List<StreamFigures.Layer> layers = seen.stream().layers();
        int last = seen.ids().length - 1;
        for (int i = 0; i < layers.size(); i++) {
            StreamFigures.Layer layer = layers.get(i);
            List<String> row = new ArrayList<>(List.of(layer.point(), number(layer.norms()[last]), number(layer.cosines()[last])));
            int at = i;
            row.addAll(seen.lens().map(lens -> reading(lens.layers().get(at).positions().get(last), label)).orElse(List.of("–", "–", "–", "–")));
            table.row(row.toArray(String[]::new));
        }
        return table.within(columns);
    }

    private static List<String> reading(LogitLens.Reading reading, IntFunction<String> label) {
        return List.of(quoted(label.apply(reading.ids()[0])), number(reading.probabilities()[0]), Integer.toString(reading.rank()), number(reading.divergence()));
    }

    private static String heads(Inspection seen, int columns) {
        return seen.scores().map(scores -> {
            TextTable table = new TextTable("head", "previous token", "duplicate token", "induction");
            scores.heads().forEach(head -> table.row(Text.format("%d.%d", head.layer(), head.head()), Text.format("%.2f", head.previous()), Text.format("%.2f", head.duplicate()),
                    Text.format("%.2f", head.induction())));
            return System.lineSeparator() + table.within(columns);
        }).orElse("");
    }

    private static String circuits(Circuits circuits, int columns) {
        if (circuits.heads().isEmpty()) {
            return "";
        }
        TextTable table = new TextTable("circuits of head", "largest σ of QK", "directions", "largest σ of OV", "directions");
        boolean ofScores = circuits.againstQk().isEmpty();
        boolean ofValues = circuits.againstOv().isEmpty();
        if (!ofScores && !ofValues) {
            return "";
        }
        circuits.heads().forEach(head -> table.row(Text.format("%d.%d", head.layer(), head.head()), ofScores ? number(head.qk()[0]) : "–",
                ofScores ? Text.format("%.1f", head.qkDirections()) : "–", ofValues ? number(head.ov()[0]) : "–", ofValues ? Text.format("%.1f", head.ovDirections()) : "–"));
        return System.lineSeparator() + table.within(columns);
    }

    private static String sources(Attribution attribution, Inspection seen, int columns) {
        record Source(Attribution.Sources head, int position) {
            double value() {
                return head.values()[position];
            }
        }
        List<Source> sources = attribution.sources(seen.ids().length).stream().flatMap(head -> IntStream.range(0, head.values().length).mapToObj(position -> new Source(head, position)))
                .sorted(Comparator.comparingDouble(source -> -Math.abs(source.value()))).limit(MOST_SITES).toList();
        if (sources.isEmpty()) {
            return "";
        }
        TextTable table = new TextTable("head", "from the token", "of the logit");
        sources.forEach(source -> table.row(Text.format("%d.%d", source.head().layer(), source.head().head()), Text.format("%d %s", source.position(), quoted(seen.labels().get(source.position()))),
                Text.format("%+.3f", source.value())));
        return System.lineSeparator() + table.within(columns);
    }

    private static String neurons(Attribution attribution, int columns) {
        List<Attribution.Neuron> neurons = attribution.neurons(MOST_SITES);
        if (neurons.isEmpty()) {
            return "";
        }
        TextTable table = new TextTable("neuron", "of the logit");
        neurons.forEach(neuron -> table.row(Text.format("%d.%d", neuron.layer(), neuron.neuron()), Text.format("%+.3f", neuron.value())));
        return System.lineSeparator() + table.within(columns);
    }

    private static String attribution(Attribution attribution, IntFunction<String> label, int columns) {
        DirectAttribution.Level level = attribution.byHead().orElse(attribution.bySubLayer());
        TextTable table = new TextTable("the largest shares", "of the logit");
        level.shares().stream().sorted(Comparator.comparingDouble(share -> -Math.abs(share.value()))).limit(MOST_SITES)
                .forEach(share -> table.row(share.origin().toString(), Text.format("%+.3f", share.value())));
        return Text.format("%nlogit of %s: %s; %s add up to it but for %.1e%n", quoted(label.apply(attribution.token())), number(level.logit()), Text.count(level.shares().size(), "share"),
                level.residual()) + table.within(columns);
    }

    private static String ablation(Ablation ablation, IntFunction<String> label) {
        return Text.format("%nwith %s: KL(before ‖ after) at the last token %s, on average %s%n  before: %s%n  after: %s%n", String.join(", ", ablation.changes()),
                number(ablation.divergence()[ablation.divergence().length - 1]), number(Arrays.stream(ablation.divergence()).average().orElseThrow()), choices(ablation.before(), label),
                choices(ablation.after(), label));
    }

    private static String choices(List<Ablation.Choice> choices, IntFunction<String> label) {
        return choices.stream().map(choice -> Text.format("%s %.3f", quoted(label.apply(choice.id())), choice.probability())).collect(Collectors.joining("  "));
    }

    private static String patching(Patching patching, Inspection seen, int columns) {
        TextTable table = new TextTable("the clean value at", "token or head", "brings back", "estimated by gradient");
        List<Patching.Site> all = IntStream.range(0, patching.stream().size() + patching.heads().size())
                .mapToObj(i -> i < patching.stream().size() ? patching.stream().get(i) : patching.heads().get(i - patching.stream().size()))
                .sorted(Comparator.comparingDouble(site -> -Math.abs(site.recovered()))).limit(MOST_SITES).toList();
        all.forEach(site -> table.row(site.point(), patching.heads().contains(site) ? "head " + site.at() : Text.format("%d %s", site.at(), quoted(seen.labels().get(site.at()))),
                Text.format("%.3f", site.recovered()), Text.format("%.3f", site.estimated())));
        return Text.format("%nlogit(answer) − logit(foil): %s clean, %s corrupted%n", number(patching.clean()), number(patching.corrupted())) + table.within(columns);
    }

    private static String quoted(String token) {
        return "‘" + token + "’";
    }

    private static String number(double value) {
        return Text.format("%.3g", value);
    }
}
