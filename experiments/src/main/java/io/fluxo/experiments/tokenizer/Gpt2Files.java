package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** GPT-2's two files, pairs of bytes that are merged in a given order, as {@code tokenizer.json}. */
final class Gpt2Files {

    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";
    private static final String BOTH = VOCABULARY + " and " + MERGES;
    private static final List<String> CLASSES = List.of("GPT2Tokenizer");
    private static final long LARGEST = 50_000_000;
    private static final String HEADER = "#version";
    private static final String END_OF_TEXT = "<|endoftext|>";

    private Gpt2Files() {}

    static TokenizerJson read(Path directory, SpecialTokens special) {
        TokenizerConfig config = TokenizerConfig.read(directory, BOTH, CLASSES);
        config.require("add_bos_token", false);
        Path file = directory.resolve(VOCABULARY);
        ObjectNode vocabulary = JsonText.read(file, LARGEST);
        Map<String, Integer> ids = ids(file, vocabulary);
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        config.writeAdded(root.putArray("added_tokens"), List.of(special.name(Special.BOS, END_OF_TEXT), special.name(Special.EOS, END_OF_TEXT),
                special.name(Special.UNK, END_OF_TEXT), special.name(Special.PAD, END_OF_TEXT)), ids);
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"), config.flag("add_prefix_space", false));
        byteLevel(root.putObject("post_processor"), true);
        byteLevel(root.putObject("decoder"), true);
        ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token").put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "").put("fuse_unk", false).put("byte_fallback", false);
        model.set("vocab", vocabulary);
        addMerges(directory.resolve(MERGES), model.putArray("merges"), ids);
        return new TokenizerJson(file, root);
    }

    private static void byteLevel(ObjectNode object, boolean prefixSpace) {
        object.put("type", "ByteLevel").put("add_prefix_space", prefixSpace).put("trim_offsets", true).put("use_regex", true);
    }

    private static Map<String, Integer> ids(Path file, ObjectNode vocabulary) {
        Map<String, Integer> ids = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            if (!entry.getValue().isInt()) {
                throw new BadInput(Text.format("%s: the id of %s is %s; it must be a number", file, JsonText.oneLine(entry.getKey()), JsonText.shown(entry.getValue())));
            }
            ids.put(entry.getKey(), entry.getValue().intValue());
        }
        return ids;
    }

    private static void addMerges(Path file, ArrayNode merges, Map<String, Integer> ids) {
        List<String> lines = Lines.read(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (i == 0 && line.startsWith(HEADER) || i == lines.size() - 1 && line.isEmpty()) {
                continue;
            }
            String[] pair = line.split(" ", -1);
            if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
                throw new BadInput(Text.format("%s:%d: '%s'; a line must be two tokens with a space between", file, i + 1, JsonText.oneLine(line)));
            }
            for (String token : List.of(pair[0], pair[1], pair[0] + pair[1])) {
                if (!ids.containsKey(token)) {
                    throw new BadInput(Text.format("%s:%d: '%s': %s is not in %s; both tokens and what they make must be", file, i + 1, JsonText.oneLine(line),
                            JsonText.oneLine(token), VOCABULARY));
                }
            }
            merges.add(line);
        }
    }
}
