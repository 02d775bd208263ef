package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** BERT's list of word pieces, as {@code tokenizer.json}. */
final class BertFile {

    static final String FILE = "vocab.txt";
    private static final List<String> CLASSES = List.of("BertTokenizer", "DistilBertTokenizer");
    private static final String STRIP_ACCENTS = "strip_accents";
    private static final int LONGEST_WORD = 100;

    private BertFile() {}

    static TokenizerJson read(Path directory, SpecialTokens special) {
        TokenizerConfig config = TokenizerConfig.read(directory, FILE, CLASSES);
        config.require("do_basic_tokenize", true);
        Path file = directory.resolve(FILE);
        Map<String, Integer> ids = ids(file);
        String unknown = special.name(Special.UNK, "[UNK]");
        String begin = special.name(Special.CLS, "[CLS]");
        String end = special.name(Special.SEP, "[SEP]");
        for (String needed : List.of(unknown, begin, end)) {
            if (!ids.containsKey(needed)) {
                throw new BadInput(Text.format("%s: has no %s; it needs %s, %s and %s, each on a line", file, JsonText.oneLine(needed), JsonText.oneLine(unknown),
                        JsonText.oneLine(begin), JsonText.oneLine(end)));
            }
        }
        boolean lower = config.flag("do_lower_case", true);
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        config.writeAdded(root.putArray("added_tokens"),
                List.of(special.name(Special.PAD, "[PAD]"), unknown, begin, end, special.name(Special.MASK, "[MASK]")), ids);
        root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true)
                .put("handle_chinese_chars", config.flag("tokenize_chinese_chars", true)).put(STRIP_ACCENTS, config.flag(STRIP_ACCENTS, lower)).put("lowercase", lower);
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        ObjectNode around = root.putObject("post_processor").put("type", "BertProcessing");
        around.putArray("sep").add(end).add(ids.get(end));
        around.putArray("cls").add(begin).add(ids.get(begin));
        root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = root.putObject("model").put("type", "WordPiece").put("unk_token", unknown).put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", LONGEST_WORD);
        ObjectNode vocabulary = model.putObject("vocab");
        ids.forEach(vocabulary::put);
        return new TokenizerJson(file, root);
    }

    private static Map<String, Integer> ids(Path file) {
        List<String> lines = Lines.read(file);
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int id = 0; id < lines.size(); id++) {
            Integer before = ids.putIfAbsent(lines.get(id), id);
            if (before != null) {
                throw new BadInput(Text.format("%s:%d: '%s' stands on line %d already; each line is another token, and its number the id", file, id + 1,
                        JsonText.oneLine(lines.get(id)), before + 1));
            }
        }
        return ids;
    }
}
