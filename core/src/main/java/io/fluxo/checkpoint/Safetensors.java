package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Named tensors in Hugging Face's safetensors format, in one file or in several with an index. Opening reads and checks the headers;
 * a tensor's values are read when they are asked for. Everything that is wrong with a file is a {@link CheckpointException}.
 */
public final class Safetensors implements AutoCloseable {

    /** The file of a model that lies in one. */
    static final String SINGLE = "model.safetensors";

    /** The index of a model that lies in several. */
    static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final SortedMap<String, TensorFile> tensors;
    private final SortedMap<String, String> metadata;
    private final Collection<TensorFile> files;

    private Safetensors(Path path, Map<String, TensorFile> tensors, Map<String, String> metadata, Collection<TensorFile> files) {
        this.path = path;
        this.tensors = new TreeMap<>(tensors);
        this.metadata = new TreeMap<>(metadata);
        this.files = files;
    }

    /**
     * Opens {@code path}: a safetensors file, an index ({@code ….index.json}), or a directory with {@code model.safetensors} or
     * {@code model.safetensors.index.json}.
     */
    public static Safetensors open(Path path) {
        if (Files.isDirectory(path)) {
            Folder.requireWithin(path, SINGLE);
            Folder.requireWithin(path, INDEX);
            Path single = path.resolve(SINGLE);
            Path index = path.resolve(INDEX);
            if (!Files.exists(single) && !Files.exists(index)) {
                throw new CheckpointException(path, Text.format("the directory holds neither %s nor %s", SINGLE, INDEX));
            }
            return open(Files.exists(single) ? single : index);
        }
        return path.toString().endsWith(".json") ? sharded(path) : single(path);
    }

    private static Safetensors single(Path path) {
        TensorFile file = TensorFile.open(path);
        Map<String, TensorFile> tensors = new HashMap<>();
        file.header().tensors().keySet().forEach(name -> tensors.put(name, file));
        return new Safetensors(path, tensors, file.header().metadata(), List.of(file));
    }

    private static Safetensors sharded(Path path) {
        ShardIndex index = ShardIndex.read(path);
        Map<Path, TensorFile> open = new HashMap<>();
        try {
            Map<String, TensorFile> tensors = new HashMap<>();
            index.files().forEach((name, shard) -> {
                TensorFile file = open.computeIfAbsent(shard, TensorFile::open);
                if (!file.header().tensors().containsKey(name)) {
                    throw new CheckpointException(path, Text.format("the tensor %s should lie in %s, but does not", shown(name), shard.getFileName()));
                }
                tensors.put(name, file);
            });
            Safetensors result = new Safetensors(path, tensors, Map.of(), List.copyOf(open.values()));
            open.clear(); // now the result's
            return result;
        } finally {
            open.values().forEach(TensorFile::close);
        }
    }

    /** Writes {@code tensors} to {@code file}; the same tensors give the same bytes. */
    public static void write(Path file, Map<String, HostArray> tensors) {
        write(file, tensors, Map.of());
    }

    /** Writes {@code tensors} and free text about them to {@code file}, which holds either its old content or all of the new. */
    public static void write(Path file, Map<String, HostArray> tensors, Map<String, String> metadata) {
        SafetensorsWriter.write(file, tensors.entrySet().stream()
                .map(tensor -> new SafetensorsWriter.Item(tensor.getKey(), tensor.getValue().dtype(), tensor.getValue().shape(), tensor::getValue))
                .toList(), metadata);
    }

    /** The file or index that was opened. */
    public Path path() {
        return path;
    }

    /** The names of all tensors. */
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(tensors.keySet()));
    }

    /** The file's {@code __metadata__}; empty for a model in several files. */
    public SortedMap<String, String> metadata() {
        return Collections.unmodifiableSortedMap(metadata);
    }

    public Shape shape(String name) {
        return entry(name).shape();
    }

    /** The type {@link #read} gives: the one stored, but F32 for F16 and I32 for U8. */
    public DType dtype(String name) {
        return entry(name).type().dtype();
    }

    /** The values of the tensor {@code name}. */
    public HostArray read(String name) {
        return file(name).read(name);
    }

    /** Gives the values of the tensor {@code name} to {@code pieces}, in the type of {@link #dtype}. */
    void stream(String name, TensorFile.Pieces pieces) {
        file(name).stream(name, pieces);
    }

    private Header.Entry entry(String name) {
        return file(name).header().tensors().get(name);
    }

    private TensorFile file(String name) {
        TensorFile file = tensors.get(name);
        if (file == null) {
            throw new CheckpointException(path, Text.format("there is no tensor %s; the nearest of the %d is %s", shown(name), tensors.size(),
                    Nearest.to(name, tensors.keySet()).map(CheckpointException::shown).orElse("none")));
        }
        return file;
    }

    @Override
    public void close() {
        files.forEach(TensorFile::close);
    }
}
