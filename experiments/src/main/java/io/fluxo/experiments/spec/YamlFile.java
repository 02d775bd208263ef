package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.experiments.file.StrictUtf8;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads a YAML 1.2 file as a graph of nodes, within limits that hold for a hostile one too. */
final class YamlFile {

    static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NODES = 50_000;

    private final String name;
    private final LoadSettings settings;

    private YamlFile(String name) {
        this.name = name;
        this.settings = LoadSettings.builder().setLabel(name).setSchema(new CoreSchema()).setCodePointLimit(MAX_BYTES).build();
    }

    static Node read(Path file) {
        return new YamlFile(file.toString()).compose(text(file));
    }

    static Node parse(String name, String text) {
        return new YamlFile(name).compose(text);
    }

    private static String text(Path file) {
        RegularFile.require(file);
        StringBuilder text = new StringBuilder();
        try (InputStream in = Files.newInputStream(file)) {
            StrictUtf8.decode(in, file.toString(), MAX_BYTES, (characters, count) -> text.append(characters, 0, count));
        } catch (NoSuchFileException e) {
            throw new BadInput(file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new BadInput(file + ": may not be read", e);
        } catch (IOException e) {
            throw new BadInput(file + (Files.isDirectory(file) ? ": is a directory, not a YAML file" : ": cannot be read: " + e.getMessage()), e);
        }
        return text.toString();
    }

    private Node compose(String text) {
        try {
            boundEvents(text); // the parser is a loop, the composer recurses: depth is bounded before it starts
            Node root = new Compose(settings).composeString(text).orElseThrow(() -> new BadInput(name + ": the file is empty"));
            boundExpansion(root, 0, 0);
            return root;
        } catch (MarkedYamlEngineException e) {
            throw new BadInput(Text.format("%s:%d: not YAML: %s", name, line(e.getProblemMark()), e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new BadInput(Text.format("%s: not YAML: %s", name, e.getMessage().lines().findFirst().orElse("")), e);
        }
    }

    private void boundEvents(String text) {
        int depth = 0;
        int events = 0;
        int documents = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                case DocumentStart -> documents++;
                case StreamStart, StreamEnd, DocumentEnd, Scalar, Alias, Comment -> { }
            }
            if (depth > MAX_DEPTH) {
                throw new BadInput(Text.format("%s:%d: nested deeper than %d levels", name, line(event.getStartMark()), MAX_DEPTH));
            }
            if (++events > MAX_NODES) {
                throw new BadInput(Text.format("%s:%d: more than %,d values", name, line(event.getStartMark()), MAX_NODES));
            }
            if (documents > 1) {
                throw new BadInput(Text.format("%s:%d: a second document begins here; one study is one document", name, line(event.getStartMark())));
            }
        }
    }

    /** Counts nodes with every alias written out; an alias to its own ancestor shows up as depth. */
    private int boundExpansion(Node node, int depth, int count) {
        int total = count + 1;
        if (depth > MAX_DEPTH || total > MAX_NODES) {
            throw new BadInput(Text.format("%s:%d: aliases expand to more than %,d values or %d levels", name, lineOf(node), MAX_NODES, MAX_DEPTH));
        }
        switch (node) {
            case MappingNode mapping -> {
                for (NodeTuple tuple : mapping.getValue()) {
                    total = boundExpansion(tuple.getKeyNode(), depth + 1, total);
                    total = boundExpansion(tuple.getValueNode(), depth + 1, total);
                }
            }
            case SequenceNode sequence -> {
                for (Node item : sequence.getValue()) {
                    total = boundExpansion(item, depth + 1, total);
                }
            }
            default -> { }
        }
        return total;
    }

    /** The line on which a node begins, from 1. */
    static int lineOf(Node node) {
        return line(node.getStartMark());
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(at -> at.getLine() + 1).orElse(1);
    }
}
