package io.fluxo.experiments.spec;

import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Writes a study as YAML with nothing left to defaults; reading it again gives an equal study. */
public final class StudyWriter {

    private StudyWriter() {}

    public static String write(Study study) {
        List<NodeTuple> entries = new ArrayList<>();
        entries.add(entry("study", study.name()));
        entries.add(entry("question", study.question()));
        entries.add(entry("hypothesis", study.hypothesis()));
        entries.add(entry("expected", study.expected()));
        study.sections().forEach((name, section) -> entries.add(section(name, section.values())));
        if (!study.variants().isEmpty()) {
            entries.add(entry("variants", study.variants()));
        }
        if (!study.vary().isEmpty()) {
            entries.add(entry("vary", study.vary()));
        }
        if (!study.tune().equals(Tune.NOTHING)) {
            entries.add(section("tune", study.tune().written()));
        }
        entries.add(entry("compare_on", study.compareOn()));
        entries.add(entry("seeds", study.seeds()));
        if (study.mostSeeds() > 0) {
            entries.add(entry("most_seeds", study.mostSeeds()));
        }
        if (study.margin() > 0) {
            entries.add(entry("margin", study.margin()));
        }
        entries.add(entry("measure", study.measure()));
        if (!study.conditions().isEmpty()) {
            entries.add(new NodeTuple(text(ConditionReader.KEY), new SequenceNode(Tag.SEQ, study.conditions().stream()
                    .map(condition -> (Node) mapping(ConditionWriter.values(condition), FlowStyle.FLOW)).toList(), FlowStyle.BLOCK)));
        }
        if (study.judgedFrom() > 0) {
            entries.add(entry(ConditionReader.FROM, study.judgedFrom()));
        }
        DumpSettings settings = DumpSettings.builder().setSchema(new CoreSchema()).setWidth(120).setSplitLines(false).build();
        Node root = new MappingNode(Tag.MAP, entries, FlowStyle.BLOCK);
        return new Present(settings).emitToString(new Serialize(settings).serializeOne(root).iterator());
    }

    private static NodeTuple section(String key, Map<String, Object> values) {
        return new NodeTuple(text(key), mapping(values, FlowStyle.BLOCK));
    }

    private static NodeTuple entry(String key, Object value) {
        return new NodeTuple(text(key), node(value));
    }

    private static MappingNode mapping(Map<?, ?> values, FlowStyle style) {
        List<NodeTuple> entries = new ArrayList<>();
        values.forEach((key, value) -> entries.add(entry((String) key, value)));
        return new MappingNode(Tag.MAP, entries, style);
    }

    private static Node node(Object value) {
        return switch (value) {
            case Map<?, ?> entries -> mapping(entries, entries.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
            case Range range -> mapping(range.written(), FlowStyle.FLOW);
            case List<?> items -> new SequenceNode(Tag.SEQ, items.stream().map(StudyWriter::node).toList(), FlowStyle.FLOW);
            case Choice choice when !choice.own().isEmpty() -> mapping(choice.mapping(), FlowStyle.FLOW);
            case PerLayer<?> layers when layers.isUniform() -> node(layers.standard());
            case PerLayer<?> layers -> new MappingNode(Tag.MAP, layers.<NodeTuple>entries(StudyWriter::layered), FlowStyle.FLOW);
            case Double number -> new ScalarNode(tag(number), Values.label(number), ScalarStyle.PLAIN);
            case Integer number -> new ScalarNode(Tag.INT, Values.label(number), ScalarStyle.PLAIN);
            case Boolean truth -> new ScalarNode(Tag.BOOL, Values.label(truth), ScalarStyle.PLAIN);
            default -> text(Values.label(value));
        };
    }

    /** A range of layers is text, even where it looks like a number. */
    private static NodeTuple layered(String layers, Object value) {
        ScalarStyle style = layers.equals(PerLayer.STANDARD_KEY) ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED;
        return new NodeTuple(new ScalarNode(Tag.STR, layers, style), node(value));
    }

    /** The tag that the text of a number resolves to, so that it is written plain and not as {@code !!float 0}. */
    private static Tag tag(Double number) {
        return Values.label(number).matches("-?[0-9]+") ? Tag.INT : Tag.FLOAT;
    }

    private static ScalarNode text(String value) {
        return new ScalarNode(Tag.STR, value, ScalarStyle.PLAIN);
    }
}
