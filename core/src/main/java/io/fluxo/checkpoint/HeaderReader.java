package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.checkpoint.Header.Entry;
import io.fluxo.shape.Shape;
import io.fluxo.text.Text;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a safetensors header token by token. The header comes from outside: its nesting, names, numbers and count of tensors are bounded,
 * and whatever the format does not foresee is refused.
 */
final class HeaderReader {

    private static final int MOST_TENSORS = 200_000;
    private static final int MOST_AXES = 32;
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 64; // what one Java array holds

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxNameLength(1_000).maxNumberLength(20).build())
            .build();

    private final Path file;
    private final JsonParser json;
    private final SortedMap<String, Entry> tensors = new TreeMap<>();
    private final SortedMap<String, String> metadata = new TreeMap<>();

    private HeaderReader(Path file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    /** The header in {@code bytes}, of a file with {@code dataBytes} after it. */
    static Header read(Path file, byte[] bytes, long dataBytes) {
        if (bytes.length == 0 || bytes[0] != '{') {
            throw new CheckpointException(file, "its header does not begin with '{': not a safetensors file");
        }
        var text = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()); // malformed UTF-8 is an error
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
            HeaderReader reader = new HeaderReader(file, json);
            reader.root();
            Header header = new Header(reader.tensors, reader.metadata);
            header.checkCoverage(file, dataBytes);
            return header;
        } catch (JacksonException malformed) {
            throw new CheckpointException(file, "its header is not the JSON it should be: " + shown(malformed.getOriginalMessage()), malformed);
        }
    }

    private void root() {
        expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            if (name.equals("__metadata__")) {
                metadata();
            } else {
                tensors.put(name, tensor(name));
            }
            if (tensors.size() > MOST_TENSORS) {
                throw new CheckpointException(file, Text.format("its header names more than %d tensors", MOST_TENSORS));
            }
        }
        if (json.nextToken() != null) {
            throw new CheckpointException(file, "something follows the header's closing brace; only spaces may");
        }
    }

    private void metadata() {
        expect(json.nextToken(), JsonToken.START_OBJECT, "__metadata__");
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            expect(json.nextToken(), JsonToken.VALUE_STRING, "__metadata__ " + shown(key));
            metadata.put(key, json.getString());
        }
    }

    private Entry tensor(String name) {
        String where = "the tensor " + shown(name);
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw new CheckpointException(file, where + " has a name without characters, or with control characters");
        }
        expect(json.nextToken(), JsonToken.START_OBJECT, where);
        StoredType type = null;
        long[] sizes = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            switch (key) {
                case "dtype" -> type = type(where);
                case "shape" -> sizes = numbers(where + ", shape", MOST_AXES);
                case "data_offsets" -> offsets = numbers(where + ", data_offsets", 2);
                default -> throw new CheckpointException(file, Text.format("%s has the key %s; the keys are dtype, shape, data_offsets", where, shown(key)));
            }
        }
        if (type == null || sizes == null || offsets == null || offsets.length != 2 || offsets[0] > offsets[1]) {
            throw new CheckpointException(file, where + " needs dtype, shape and data_offsets [begin, end], begin ≤ end");
        }
        return entry(where, type, sizes, offsets[0], offsets[1]);
    }

    private Entry entry(String where, StoredType type, long[] sizes, long begin, long end) {
        long elements = 1;
        for (long size : sizes) {
            // both factors are below 2³¹, so that the product does not overflow
            elements = size > MOST_ELEMENTS || elements > MOST_ELEMENTS ? Long.MAX_VALUE : elements * size;
        }
        if (elements > MOST_ELEMENTS) {
            throw new CheckpointException(file, Text.format("%s %s has more elements than one array holds", where, Arrays.toString(sizes)));
        }
        if (elements * type.bytes() != end - begin) {
            throw new CheckpointException(file, Text.format("%s: %s of %s takes %d bytes, but data_offsets [%d, %d] hold %d", where,
                    Arrays.toString(sizes), type, elements * type.bytes(), begin, end, end - begin));
        }
        return new Entry(type, Shape.of(Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray()), begin, end);
    }

    private StoredType type(String where) {
        expect(json.nextToken(), JsonToken.VALUE_STRING, where + ", dtype");
        String name = json.getString();
        return StoredType.named(name).orElseThrow(() -> new CheckpointException(file,
                Text.format("%s has the dtype %s; read are %s", where, shown(name), StoredType.names())));
    }

    /** An array of at most {@code most} whole numbers that are not negative. */
    private long[] numbers(String where, int most) {
        expect(json.nextToken(), JsonToken.START_ARRAY, where);
        long[] numbers = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, where);
            if (count == most || json.getLongValue() < 0) {
                throw new CheckpointException(file, Text.format("%s must be at most %d numbers, none negative", where, most));
            }
            numbers[count++] = json.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private void expect(JsonToken found, JsonToken wanted, String where) {
        if (found != wanted) {
            throw new CheckpointException(file, Text.format("%s must be %s", where, switch (wanted) {
                case START_OBJECT -> "an object {…}";
                case START_ARRAY -> "an array […]";
                case VALUE_STRING -> "a string";
                default -> "whole numbers";
            }));
        }
    }
}
