package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes small JSON files that hold one object. Files come from outside, so size, nesting and names are bounded and duplicate keys refused.
 */
public final class JsonFile {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(20).maxNameLength(1_000).maxNumberLength(100).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /**
     * The object in {@code file}, which may have {@code mostBytes}.
     *
     * @throws CheckpointException if there is no such file, or it is something else
     */
    public static ObjectNode read(Path file, long mostBytes) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file, Files.exists(file) ? "not a regular file" : "there is no such file");
        }
        try {
            if (Files.size(file) > mostBytes) {
                throw new CheckpointException(file, Text.format("is larger than the %d bytes it may have", mostBytes));
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            JsonNode node = MAPPER.readTree(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new CheckpointException(file, "must hold one JSON object {…}");
        } catch (CharacterCodingException notText) {
            throw new CheckpointException(file, "is not UTF-8 text", notText);
        } catch (IOException failure) {
            throw new CheckpointException(file, "cannot be read: " + failure.getMessage(), failure);
        } catch (JacksonException malformed) {
            var place = malformed.getLocation();
            throw new CheckpointException(file, Text.format("is not JSON%s: %s", place == null ? "" : " at line " + place.getLineNr(),
                    shown(malformed.getOriginalMessage())), malformed);
        }
    }

    /** {@code object} on several lines, keys in their order, with a line end at the end. */
    static byte[] pretty(ObjectNode object) {
        var indenter = new DefaultIndenter("  ", "\n");
        var printer = new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        return (MAPPER.writer().with(printer).writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** {@code object} on one line. */
    static byte[] compact(ObjectNode object) {
        return MAPPER.writeValueAsBytes(object);
    }
}
