package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The {@code model.safetensors.index.json} of a model that lies in several files: tensor → file beside the index.
 *
 * @param files name → file
 */
record ShardIndex(SortedMap<String, Path> files) {

    private static final long LARGEST_INDEX = 50_000_000;
    private static final int MOST_SHARDS = 500;

    static ShardIndex read(Path index) {
        JsonNode map = JsonFile.read(index, LARGEST_INDEX).get("weight_map");
        if (map == null || !map.isObject()) {
            throw new CheckpointException(index, "has no object weight_map of tensor names to files");
        }
        SortedMap<String, Path> files = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            files.put(entry.getKey(), beside(index, entry.getValue().isString() ? entry.getValue().asString() : ""));
        }
        long shards = files.values().stream().distinct().count();
        if (shards > MOST_SHARDS) {
            throw new CheckpointException(index, Text.format("names %d files; at most %d are read", shards, MOST_SHARDS));
        }
        return new ShardIndex(Collections.unmodifiableSortedMap(files));
    }

    /** The file called {@code name} beside the index; a name that leads anywhere else is refused. */
    private static Path beside(Path index, String name) {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\\.safetensors")) {
            throw new CheckpointException(index, Text.format("weight_map names the file %s; it must be a plain name.safetensors beside the index", shown(name)));
        }
        return Folder.requireWithin(index.toAbsolutePath().getParent(), name);
    }
}
