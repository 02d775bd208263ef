package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The vocabulary of a Llama model as llama2.c stores it, written as {@code tokenizer.json}. Pieces have scores: of all neighbours that are a piece
 * together, those with the best score are merged first. What is no piece is written in bytes.
 */
final class SentencePiece {

    private static final String SPACE = "\u2581";
    private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");

    private record Merge(String left, String right, float score) {}

    private SentencePiece() {}

    /** @return {@code folder}, with the tokenizer in it */
    static Path convert(Path file, int size, Path folder) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        in.getInt(); // the longest piece
        Map<String, Float> scores = new LinkedHashMap<>();
        for (int id = 0; id < size; id++) {
            float score = in.getFloat();
            byte[] bytes = new byte[in.getInt()];
            in.get(bytes);
            String piece = id < SPECIAL.size() ? SPECIAL.get(id) : new String(bytes, StandardCharsets.UTF_8).replace(" ", SPACE);
            scores.put(piece, score);
        }
        return ModelFolder.write(folder, TokenizerJson.FILE, json(scores));
    }

    /** @param scores of all pieces, in the order of their ids */
    static String json(Map<String, Float> scores) {
        List<String> pieces = List.copyOf(scores.keySet());
        return Json.line(json(pieces, merges(pieces, scores)));
    }

    private static List<Merge> merges(List<String> pieces, Map<String, Float> scores) {
        List<Merge> merges = new ArrayList<>();
        for (String piece : pieces.subList(SPECIAL.size(), pieces.size())) {
            for (int cut = 1; cut < piece.length(); cut++) {
                if (scores.containsKey(piece.substring(0, cut)) && scores.containsKey(piece.substring(cut))) {
                    merges.add(new Merge(piece.substring(0, cut), piece.substring(cut), scores.get(piece)));
                }
            }
        }
        merges.sort(Comparator.comparingDouble(merge -> -merge.score));
        return merges;
    }

    private static ObjectNode json(List<String> pieces, List<Merge> merges) {
        ObjectNode root = Json.object().put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < SPECIAL.size(); id++) {
            added.addObject().put("id", id).put("content", SPECIAL.get(id)).put("single_word", false).put("lstrip", false).put("rstrip", false)
                    .put("normalized", false).put("special", true);
        }
        ArrayNode normalizers = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
        normalizers.addObject().put("type", "Replace").put("content", SPACE).putObject("pattern").put("String", " ");
        root.putNull("pre_tokenizer");
        ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
        for (String key : List.of("single", "pair")) {
            ArrayNode parts = template.putArray(key);
            parts.addObject().putObject("SpecialToken").put("id", "<s>").put("type_id", 0);
            parts.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        }
        ((ArrayNode) template.get("pair")).addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        ObjectNode begin = template.putObject("special_tokens").putObject("<s>").put("id", "<s>");
        begin.putArray("ids").add(1);
        begin.putArray("tokens").add("<s>");
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        decoders.addObject().put("type", "Replace").put("content", " ").putObject("pattern").put("String", SPACE);
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
        ObjectNode model = root.putObject("model").put("type", "BPE").put("unk_token", "<unk>").put("fuse_unk", true).put("byte_fallback", true);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < pieces.size(); id++) {
            vocabulary.put(pieces.get(id), id);
        }
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(merge -> pairs.addArray().add(merge.left).add(merge.right));
        return root;
    }
}
