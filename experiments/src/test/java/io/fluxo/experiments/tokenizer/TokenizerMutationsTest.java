package io.fluxo.experiments.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.tokenizer.library.LibraryProcess;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with changes at random: each is an error on one line that names the file, or a tokenizer; nothing ends this process. A build tries a few of
 * each kind, {@code -Dfluxo.mutations=20000} so many.
 */
class TokenizerMutationsTest {

    private static final int MUTATIONS = Integer.getInteger("fluxo.mutations", 150);
    private static final long MEMORY = 1L << 30;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> TEXTS = List.of("a b ab", "", "Hi 12 \u00e9\u2603\ud83d\ude00\n\t  x", "<s>[MASK]\u0000", "a".repeat(300));

    private static final String EVERYTHING = """
            {'version': '1.0', 'truncation': {'direction': 'Right', 'max_length': 2, 'strategy': 'LongestFirst', 'stride': 1},
             'padding': {'strategy': 'BatchLongest', 'direction': 'Right', 'pad_to_multiple_of': 8, 'pad_id': 0, 'pad_type_id': 0, 'pad_token': 'a'},
             'added_tokens': [{'id': 0, 'content': '<s>', 'single_word': false, 'lstrip': false, 'rstrip': false, 'normalized': false, 'special': true},
                              {'id': 1, 'content': 'ab', 'single_word': true, 'lstrip': true, 'rstrip': true, 'normalized': true, 'special': false}],
             'normalizer': {'type': 'Sequence', 'normalizers': [{'type': 'NFC'}, {'type': 'NFD'}, {'type': 'NFKC'}, {'type': 'NFKD'}, {'type': 'Nmt'}, {'type': 'Lowercase'},
                {'type': 'StripAccents'}, {'type': 'Strip', 'strip_left': true, 'strip_right': true}, {'type': 'Prepend', 'prepend': '_'},
                {'type': 'Replace', 'pattern': {'Regex': ' +'}, 'content': '_'}, {'type': 'Replace', 'pattern': {'String': 'x'}, 'content': 'yz'},
                {'type': 'BertNormalizer', 'clean_text': true, 'handle_chinese_chars': true, 'strip_accents': null, 'lowercase': true}]},
             'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [{'type': 'Digits', 'individual_digits': true}, {'type': 'Punctuation', 'behavior': 'Isolated'},
                {'type': 'WhitespaceSplit'}, {'type': 'Whitespace'}, {'type': 'BertPreTokenizer'}, {'type': 'UnicodeScripts'}, {'type': 'CharDelimiterSplit', 'delimiter': '-'},
                {'type': 'Split', 'pattern': {'Regex': '(?i:x|y)|[^a-z]+|[a-z]{1,3}'}, 'behavior': 'MergedWithPrevious', 'invert': false},
                {'type': 'Metaspace', 'replacement': '_', 'prepend_scheme': 'always', 'split': true}, {'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': true}]},
             'post_processor': {'type': 'Sequence', 'processors': [{'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': true},
                {'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id': '<s>', 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}}],
                 'pair': [{'Sequence': {'id': 'A', 'type_id': 0}}, {'Sequence': {'id': 'B', 'type_id': 1}}],
                 'special_tokens': {'<s>': {'id': '<s>', 'ids': [0], 'tokens': ['<s>']}}},
                {'type': 'RobertaProcessing', 'sep': ['<s>', 0], 'cls': ['<s>', 0], 'trim_offsets': true, 'add_prefix_space': true}]},
             'decoder': {'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': {'String': '_'}, 'content': ' '}, {'type': 'ByteFallback'},
                {'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0}, {'type': 'WordPiece', 'prefix': '##', 'cleanup': true}, {'type': 'BPEDecoder', 'suffix': '</w>'},
                {'type': 'CTC', 'pad_token': 'a', 'word_delimiter_token': 'b', 'cleanup': true}, {'type': 'Metaspace', 'replacement': '_', 'prepend_scheme': 'always', 'split': true},
                {'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': true}, {'type': 'Fuse'}]},
             'model': {'type': 'Unigram', 'unk_id': 2, 'byte_fallback': true, 'vocab': [['<s>', 0.0], ['ab', -1.0], ['<unk>', 0], ['a', -2.5], ['b', -3.0], ['_', -1.5], ['<0x41>', -9.0]]}}
            """;

    @TempDir
    Path folder;

    private LibraryProcess library = LibraryProcess.start(MEMORY, PATIENCE);
    private int refused;
    private int opened;
    /** How often the library ended its process. */
    private int ends;

    @AfterEach
    void close() {
        library.close();
    }

    /** Of {@code original}, under its name in the folder. */
    private void mutate(String name, String original, long seed) throws IOException {
        Mutation mutation = new Mutation(seed);
        byte[] bytes = original.getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve(name), bytes);
        use("the original of " + name);
        assertThat(opened).isEqualTo(1);
        for (int i = 0; i < MUTATIONS; i++) {
            Files.write(folder.resolve(name), mutation.of(bytes));
            use(name + ", mutation " + i);
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 20);
        assertThat(opened).isGreaterThan(MUTATIONS / 50);
    }

    private void use(String what) {
        try {
            SpecialTokens special = SpecialTokens.read(folder);
            TokenizerJson json = Tokenizers.read(folder, special);
            Vocabulary vocabulary = json.vocabulary(special);
            Tokenizer tokenizer = LibraryTokens.open(json, vocabulary, library);
            opened++;
            use(tokenizer);
        } catch (BadInput clear) {
            refused++;
            assertThat(clear.getMessage()).as(what).startsWith(folder.toString()).hasSizeLessThan(600).doesNotContain("\n");
        }
        if (!library.isAlive()) {
            ends++;
            library.close();
            library = LibraryProcess.start(MEMORY, PATIENCE);
        }
    }

    private static void use(Tokenizer tokenizer) {
        TEXTS.forEach(text -> tokenizer.decode(tokenizer.encode(text)));
        tokenizer.decode(IntStream.range(0, Math.min(1000, tokenizer.vocabulary().size())).toArray());
        tokenizer.vocabulary().label(3);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void everyPartOfTheFormat() throws IOException {
        mutate("tokenizer.json", json(EVERYTHING), 1);
    }

    @Test
    void aLlama() throws IOException {
        Map<String, Float> pieces = new LinkedHashMap<>();
        List.of("<unk>", "<s>", "</s>").forEach(piece -> pieces.put(piece, 0f));
        IntStream.range(0, 256).forEach(value -> pieces.put(Text.format("<0x%02X>", value), 0f));
        List.of("\u2581", "a", "b", "ab", "\u2581a", "\u2581ab").forEach(piece -> pieces.put(piece, (float) -pieces.size()));
        mutate("tokenizer.json", SentencePiece.json(pieces), 2);
    }

    @Test
    void characters() throws IOException {
        mutate("tokenizer.json", json("""
                {'version': '1.0', 'added_tokens': [], 'normalizer': null,
                 'pre_tokenizer': {'type': 'Split', 'behavior': 'Isolated', 'invert': false, 'pattern': {'Regex': '[\\\\s\\\\S]'}}, 'post_processor': null,
                 'decoder': {'type': 'Fuse'}, 'model': {'type': 'WordLevel', 'unk_token': 'a', 'vocab': {'\\n': 0, 'a': 1, 'b': 2, ' ': 3}}}
                """), 3);
    }

    private static final String VOCABULARY = "{\"a\": 0, \"b\": 1, \"ab\": 2, \"\u0120\": 3, \"\u0120a\": 4, \"<|endoftext|>\": 5, \"1\": 6}";
    private static final String MERGES = "#version: 0.2\na b\n\u0120 a\n";

    @Test
    void theVocabularyOfGpt2() throws IOException {
        ModelFolder.write(folder, "merges.txt", MERGES);
        mutate("vocab.json", VOCABULARY, 4);
    }

    @Test
    void theMergesOfGpt2() throws IOException {
        ModelFolder.write(folder, "vocab.json", VOCABULARY);
        mutate("merges.txt", MERGES, 5);
    }

    @Test
    void theVocabularyOfBert() throws IOException {
        mutate("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nhi\n1\n\u00e9\n", 6);
    }

    @Test
    void theConfigurationBesideIt() throws IOException {
        ModelFolder.write(folder, "vocab.json", VOCABULARY);
        ModelFolder.write(folder, "merges.txt", MERGES);
        mutate("tokenizer_config.json", json("""
                {'tokenizer_class': 'GPT2Tokenizer', 'add_prefix_space': false, 'bos_token': '<|endoftext|>', 'pad_token': {'content': 'b'}, 'unk_token': null,
                 'added_tokens_decoder': {'5': {'content': '<|endoftext|>', 'lstrip': false, 'rstrip': false, 'single_word': false, 'normalized': false, 'special': true}}}
                """), 7);
    }
}
