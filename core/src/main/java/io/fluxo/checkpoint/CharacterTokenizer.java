package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the ids of a model of characters stand for, as {@code tokenizer.json} in the form of Hugging Face's {@code tokenizers}: the text is split
 * into characters (Unicode code points), each is looked up as a word, and decoding puts them together again. There is no id for a character that
 * is not among them: encoding it is an error there, as it is here.
 *
 * @param characters what each id stands for, in the order of the ids; one code point each
 */
public record CharacterTokenizer(List<String> characters) {

    static final String FILE = "tokenizer.json";

    private static final long LARGEST = 16_000_000;

    /** In place of an id for unknown characters: the format wants a name, and no character is called so. */
    private static final String UNKNOWN = "<unk>";

    /** Any character, line ends too, in every dialect of regular expressions. */
    private static final String ANY = "[\\s\\S]";

    public CharacterTokenizer {
        characters = List.copyOf(characters);
        characters.forEach(character -> {
            if (character.codePointCount(0, character.length()) != 1) {
                throw new IllegalArgumentException(Text.format("'%s' is not one character", character));
            }
        });
        if (characters.stream().distinct().count() < characters.size()) {
            throw new IllegalArgumentException("a character has two ids");
        }
    }

    /** The tokenizer in a model's {@code directory}; empty where there is none. */
    public static Optional<CharacterTokenizer> read(Path directory) {
        Path file = directory.resolve(FILE);
        return Files.exists(file) ? Optional.of(parse(file, JsonFile.read(file, LARGEST))) : Optional.empty();
    }

    private static CharacterTokenizer parse(Path file, ObjectNode object) {
        JsonNode model = object.path("model");
        if (!model.path("type").asString("").equals("WordLevel") || !(model.path("vocab") instanceof ObjectNode vocabulary)) {
            throw new CheckpointException(file, "is no tokenizer of characters: its model must be a WordLevel with a vocab");
        }
        String[] characters = new String[vocabulary.size()];
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            int id = entry.getValue().isInt() ? entry.getValue().intValue() : -1;
            if (id < 0 || id >= characters.length || characters[id] != null) {
                throw new CheckpointException(file, Text.format("the id of %s is %s; ids must be 0 … %d, each once", shown(entry.getKey()),
                        shown(entry.getValue().toString()), characters.length - 1));
            }
            characters[id] = entry.getKey();
        }
        try {
            return new CharacterTokenizer(Arrays.asList(characters));
        } catch (IllegalArgumentException noCharacters) {
            throw new CheckpointException(file, "is no tokenizer of characters: " + noCharacters.getMessage(), noCharacters);
        }
    }

    void write(Path directory) throws IOException {
        AtomicFile.write(directory.resolve(FILE), new String(JsonFile.pretty(json()), StandardCharsets.UTF_8));
    }

    private ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        root.putArray("added_tokens");
        root.putNull("normalizer");
        root.putObject("pre_tokenizer").put("type", "Split").put("behavior", "Isolated").put("invert", false).putObject("pattern").put("Regex", ANY);
        root.putNull("post_processor");
        root.putObject("decoder").put("type", "Fuse");
        ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", UNKNOWN);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < characters.size(); id++) {
            vocabulary.put(characters.get(id), id);
        }
        return root;
    }
}
