package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints of other programs that are damaged, foreign or malicious: each is refused in one line that says where and what, and nothing is filled in. */
class HostileCheckpointsTest {

    private static final Setup SETUP = Setup.ALL.getFirst();

    /** -Dfluxo.mutations=20000 for all of them. */
    private static final int MUTATIONS = Integer.getInteger("fluxo.mutations", 200);

    /** What hostile hands write where something else stood. */
    private static final String[] SPLICES = {"-1", "0", "9223372036854775807", "2147483647", "1e9", "1e999", "null", "true", "{", "}", "[", "]", "\"", ",", ":",
        "\\", "\\u0000", "[[[[", "{}", "[]", "\"x\"", "\"../x\"", "\"type\":", "F64", "I64", "BF16", " ", "0.5", "\"rope_scaling\":{\"type\":\"yarn\"},"};

    @TempDir
    private Path directory;

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        copy("gpt2", directory);
    }

    private static void copy(String name, Path to) throws IOException, URISyntaxException {
        Path from = Path.of(HostileCheckpointsTest.class.getResource("peers/" + name).toURI());
        Files.createDirectories(to);
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.write(to.resolve(file), Files.readAllBytes(from.resolve(file)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            gpt2   | "n_layer": 2                        | "n_layer": 3                              | missing 12 tensors: 'transformer.h.2.attn.c_attn.bias'
            gpt2   | "n_layer": 2                        | "n_layer": 1                              | not in the model 12 tensors: 'transformer.h.1.attn.c_attn.bias'
            gpt2   | "n_layer": 2                        | "n_layer": 0                              | n_layer must be at least 1, not 0
            gpt2   | "n_layer": 2                        | "n_layer": "2"                            | n_layer must be a whole number, not '2'
            gpt2   | "n_layer": 2,                       | ` `                                       | n_layer is missing
            gpt2   | "n_embd": 12                        | "n_embd": 15                              | the tensor 'transformer.wte.weight' is [19, 12], but the model needs [d_vocab=19, d_model=15]
            gpt2   | "n_embd": 12                        | "n_embd": 2147483647                      | a size is too large
            gpt2   | "n_head": 3                         | "n_head": 5                               | n_heads 5 does not divide d_model 12
            gpt2   | "vocab_size": 19                    | "vocab_size": 19, "rotary": true          | unknown key 'rotary'
            gpt2   | "activation_function": "gelu_new"   | "activation_function": "mish"             | activation_function is 'mish', which is not computed here; computed: gelu,
            gpt2   | "add_cross_attention": false        | "add_cross_attention": true               | add_cross_attention is 'true', which is not computed here
            gpt2   | "scale_attn_by_inverse_layer_idx": false | "scale_attn_by_inverse_layer_idx": true | scale_attn_by_inverse_layer_idx is 'true'
            gpt2   | "layer_norm_epsilon": 1e-05         | "layer_norm_epsilon": -1                  | norm_eps must be a finite number ≥ 0
            gpt2   | "model_type": "gpt2"                | "model_type": "gpt9"                      | model_type is 'gpt9'; it must be fluxo, gpt2, llama
            gpt2   | "tie_word_embeddings": true         | "tie_word_embeddings": false              | missing 1 tensor: 'lm_head.weight'
            llama  | "rope_type": "default"              | "rope_type": "longrope"                   | rope_parameters.rope_type is 'longrope', which is not computed here; computed: default, linear, llama3, yarn
            llama  | "rope_type": "default"              | "rope_type": "linear"                     | rope_parameters.factor is missing
            llama  | "rope_type": "default"              | "rope_type": "default", "factor": 2       | unknown key 'rope_parameters.factor'
            llama  | "rope_theta": 10000.0               | "rope_theta": 1                           | rope_theta must be above 1
            llama  | "attention_bias": false             | "attention_bias": true                    | missing 8 tensors: 'model.layers.0.self_attn.k_proj.bias'
            llama  | "num_key_value_heads": 2            | "num_key_value_heads": 4                  | n_heads 6 is not a multiple of n_key_value_heads 4
            llama  | "rms_norm_eps": 1e-06               | "rms_norm_eps": null                      | rms_norm_eps is missing
            mistral | "sliding_window": null             | "sliding_window": 16                      | sliding_window 16 is smaller than max_position_embeddings 40
            qwen2  | "use_sliding_window": false         | "use_sliding_window": true, "sliding_window_size": 3 | unknown key 'sliding_window_size'
            gemma2 | "use_bidirectional_attention": null | "use_bidirectional_attention": true       | use_bidirectional_attention is 'true'
            gemma2 | "sliding_window": 64                | "sliding_window": 39                      | sliding_window 39 is smaller than max_position_embeddings 40
            bert   | "is_decoder": false                 | "is_decoder": true                        | is_decoder is 'true'
            bert   | "type_vocab_size": 2                | "type_vocab_size": 2, "position_embedding_type": "relative_key" | position_embedding_type is 'relative_key'
            """)
    void aConfigurationThatIsNotComputedIsRefusedByName(String name, String good, String bad, String message) throws IOException, URISyntaxException {
        copy(name, directory);
        Path config = directory.resolve("config.json");
        String content = Files.readString(config);
        assertThat(content).contains(good);
        Files.writeString(config, content.replace(good, bad));
        refused(message).hasMessageContaining(directory.toString());
    }

    @TestFactory
    Stream<DynamicTest> tensorsThatDoNotFitAreRefusedByName() {
        Map<String, UnaryOperator<Map<String, HostArray>>> changes = new LinkedHashMap<>();
        changes.put("'transformer.ln_f.bias' holds NaN at element 3", tensors -> with(tensors, "transformer.ln_f.bias", values -> values[3] = Float.NaN));
        changes.put("'transformer.wte.weight' holds -Infinity at row 1, column 2", tensors -> with(tensors, "transformer.wte.weight", values -> values[14] = Float.NEGATIVE_INFINITY));
        changes.put("'transformer.h.1.attn.c_attn.weight' holds NaN at row 0, column 35", tensors -> with(tensors, "transformer.h.1.attn.c_attn.weight", values -> values[35] = Float.NaN));
        changes.put("missing 1 tensor: 'transformer.wpe.weight'", tensors -> without(tensors, "transformer.wpe.weight"));
        changes.put("not in the model 1 tensor: 'transformer.extra'", tensors -> put(tensors, "transformer.extra", HostArray.of(Shape.of(1), 1f)));
        changes.put("the tensor 'transformer.ln_f.bias' is [11], but the model needs [d_model=12]", tensors -> put(tensors, "transformer.ln_f.bias", HostArray.of(Shape.of(11), new float[11])));
        changes.put("the tensor 'transformer.ln_f.bias' is i32, but a parameter is a floating type", tensors -> put(tensors, "transformer.ln_f.bias", HostArray.of(Shape.of(12), new int[12])));
        changes.put("the tensor 'lm_head.weight' has to be the same as 'transformer.wte.weight'", tensors -> put(tensors, "lm_head.weight", HostArray.of(Shape.of(19, 12), new float[19 * 12])));
        changes.put("'transformer.wte.weight' and 'wte.weight' are two names of the same", tensors -> put(tensors, "wte.weight", tensors.get("transformer.wte.weight")));
        return changes.entrySet().stream().map(change -> DynamicTest.dynamicTest(change.getKey(), () -> {
            copy();
            Path file = directory.resolve("model.safetensors");
            Safetensors.write(file, change.getValue().apply(new TreeMap<>(Converted.tensors(file))));
            refused(change.getKey()).hasMessageContaining(file.toString());
        }));
    }

    @TestFactory
    Stream<DynamicTest> whatDiffersInNamesAloneIsTheSameModel() throws IOException, URISyntaxException {
        Map<String, UnaryOperator<Map<String, HostArray>>> changes = new LinkedHashMap<>();
        changes.put("no prefix", tensors -> renamed(tensors, name -> name.substring("transformer.".length())));
        changes.put("a repeated head and masks", tensors -> put(put(tensors, "lm_head.weight", tensors.get("transformer.wte.weight")), "transformer.h.0.attn.bias", HostArray.of(Shape.of(1, 1, 2, 2), true, false, true, true)));
        return changes.entrySet().stream().map(change -> DynamicTest.dynamicTest(change.getKey(), () -> {
            copy();
            Path file = directory.resolve("model.safetensors");
            Files.copy(Path.of(HostileCheckpointsTest.class.getResource("peers/gpt2/expected.safetensors").toURI()), directory.resolve("expected.safetensors"),
                    StandardCopyOption.REPLACE_EXISTING);
            Safetensors.write(file, change.getValue().apply(new TreeMap<>(Converted.tensors(file))));
            PeerCheckpointsTest.agree(directory, SETUP);
        }));
    }

    @TestFactory
    Stream<DynamicTest> halfPrecisionIsReadAsItIs() {
        return Stream.of("BF16", "F16", "F64").map(type -> DynamicTest.dynamicTest(type, () -> {
            copy();
            Path file = directory.resolve("model.safetensors");
            Map<String, HostArray> tensors = Converted.tensors(file);
            tensors.replaceAll((_, values) -> inType(type, values));
            if (type.equals("F16")) {
                writeHalf(file, tensors);
            } else {
                Safetensors.write(file, tensors);
            }
            try (Backend backend = SETUP.open()) {
                var model = ModelDirectory.read(directory, Architectures.CATALOG, backend, DType.F64);
                HostArray read = backend.download(model.parameters().stream().filter(one -> one.name().equals("W_E")).findFirst().orElseThrow().value());
                assertThat(read.toDoubles()).isEqualTo(tensors.get("transformer.wte.weight").toDoubles());
            }
        }));
    }

    @Test
    void filesThatAreCutOffOrLieAboutTheirSizeAreRefused() throws IOException {
        Path file = directory.resolve("model.safetensors");
        byte[] good = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(good, good.length - 1));
        refused("the file is cut off, or its header wrong");
        byte[] endless = good.clone();
        ByteBuffer.wrap(endless).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MIN_VALUE); // 2^63
        Files.write(file, endless);
        refused("the header's length 9223372036854775808 is beyond");
        Files.write(file, new String(good, StandardCharsets.ISO_8859_1).replaceFirst("\"data_offsets\":\\[0,", "\"data_offsets\":[4,").getBytes(StandardCharsets.ISO_8859_1));
        refused("data_offsets");
        Files.delete(file);
        refused("the directory holds neither model.safetensors nor model.safetensors.index.json");
    }

    @Test
    void deepJsonIsRefused() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"gpt2\",\"rope\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        refused("is not JSON");
    }

    @Test
    void aLinkOutOfTheFolderIsRefusedAndTheHubsCacheIsNot() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        for (String name : new String[] {"model.safetensors", "config.json"}) {
            Path home = Files.createDirectories(directory.resolve("home-" + name));
            for (String file : new String[] {"model.safetensors", "config.json"}) {
                Files.copy(directory.resolve(file), home.resolve(file));
            }
            Files.move(home.resolve(name), elsewhere.resolve(name));
            Files.createSymbolicLink(home.resolve(name), elsewhere.resolve(name));
            assertThatThrownBy(() -> read(home)).isInstanceOf(CheckpointException.class).hasMessageContaining(name + ": is a link out of its folder");
        }
        Path blobs = Files.createDirectories(directory.resolve("models--gpt2/blobs"));
        Path snapshot = Files.createDirectories(directory.resolve("models--gpt2/snapshots/0a1b2c"));
        for (String file : new String[] {"model.safetensors", "config.json"}) {
            Files.copy(directory.resolve(file), blobs.resolve("blob-" + file));
            Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs/blob-" + file));
        }
        read(snapshot);
    }

    /** Random damage to each file of a checkpoint: a clear error, or a model; nothing else, and no memory beyond what the files hold. */
    @ParameterizedTest
    @CsvSource({"config.json, gpt2", "config.json, llama-llama3", "config.json, bert", "model.safetensors, gpt2", "model.safetensors.index.json, gpt2"})
    void damageIsNoticedOrHarmless(String file, String name) throws IOException, URISyntaxException {
        copy(name, directory);
        if (file.endsWith("index.json")) {
            split();
        }
        byte[] good = Files.readAllBytes(directory.resolve(file));
        int share = file.equals("config.json") ? MUTATIONS / 3 : MUTATIONS;
        int refused = 0;
        for (int number = 0; number < share; number++) {
            byte[] bad = damaged(good, RandomKey.of(11).split(number));
            Files.write(directory.resolve(file), bad);
            try {
                read(directory);
            } catch (CheckpointException clear) {
                refused++;
                assertThat(clear.getMessage()).hasSizeLessThan(1_500).doesNotContain("\n").contains(directory.toString());
            } catch (RuntimeException | Error wrong) {
                throw new AssertionError("case " + number + " of " + file + ": " + new String(bad, StandardCharsets.ISO_8859_1), wrong);
            }
        }
        assertThat(refused).as("the damage is neither always fatal nor always missed").isBetween(share / 20, share - 1);
    }

    /** In two files with an index. */
    private void split() throws IOException {
        Path file = directory.resolve("model.safetensors");
        Map<String, HostArray> one = new TreeMap<>(Converted.tensors(file));
        Map<String, HostArray> two = new TreeMap<>(Map.of("transformer.wpe.weight", one.remove("transformer.wpe.weight")));
        Files.delete(file);
        Safetensors.write(directory.resolve("one.safetensors"), one);
        Safetensors.write(directory.resolve("two.safetensors"), two);
        StringBuilder map = new StringBuilder("\"transformer.wpe.weight\": \"two.safetensors\"");
        one.keySet().forEach(name -> map.append(",\n\"").append(name).append("\": \"one.safetensors\""));
        Files.writeString(directory.resolve("model.safetensors.index.json"), "{\"metadata\": {}, \"weight_map\": {" + map + "}}");
    }

    private static byte[] damaged(byte[] good, RandomKey key) {
        int header = good[0] == '{' ? good.length : Math.toIntExact(Long.BYTES + ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
        int at = key.below(5, 0) == 0 ? key.below(good.length, 1) : key.below(header, 1);
        int end = Math.min(good.length, at + key.below(6, 3));
        byte[] inserted = switch (key.below(5, 2)) {
            case 0 -> new byte[] {(byte) key.bits(4)};
            case 1 -> new byte[0];
            case 2 -> new byte[] {(byte) ('0' + key.below(10, 4))};
            case 3 -> repeated(good, key.below(good.length, 5), key.below(60, 4));
            default -> SPLICES[key.below(SPLICES.length, 4)].getBytes(StandardCharsets.UTF_8);
        };
        if (key.below(12, 6) == 0) {
            return Arrays.copyOf(good, at);
        }
        byte[] changed = ByteBuffer.allocate(good.length - (end - at) + inserted.length).put(good, 0, at).put(inserted).put(good, end, good.length - end).array();
        if (good[0] != '{' && at >= Long.BYTES && at < header) { // the header's length fits
            ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header - Long.BYTES + inserted.length - (end - at));
        }
        return changed;
    }

    /** Some bytes of the file itself. */
    private static byte[] repeated(byte[] good, int from, int count) {
        return Arrays.copyOfRange(good, from, Math.min(good.length, from + count));
    }

    private static void read(Path directory) {
        try (Backend backend = SETUP.open()) {
            ModelDirectory.read(directory, Architectures.CATALOG, backend, DType.F64);
        }
    }

    private AbstractThrowableAssert<?, ?> refused(String message) {
        return assertThatThrownBy(() -> read(directory)).isInstanceOf(CheckpointException.class).hasMessageContaining(message);
    }

    private static Map<String, HostArray> with(Map<String, HostArray> tensors, String name, Consumer<float[]> change) {
        change.accept(tensors.get(name).toFloats());
        return tensors;
    }

    private static Map<String, HostArray> without(Map<String, HostArray> tensors, String name) {
        tensors.remove(name);
        return tensors;
    }

    private static Map<String, HostArray> put(Map<String, HostArray> tensors, String name, HostArray values) {
        tensors.put(name, values);
        return tensors;
    }

    private static Map<String, HostArray> renamed(Map<String, HostArray> tensors, UnaryOperator<String> change) {
        Map<String, HostArray> renamed = new TreeMap<>();
        tensors.forEach((name, values) -> renamed.put(change.apply(name), values));
        return renamed;
    }

    private static HostArray inType(String type, HostArray values) {
        float[] floats = values.toFloats();
        for (int i = 0; i < floats.length && !type.equals("F64"); i++) {
            floats[i] = type.equals("BF16") ? HostArray.roundToBf16(floats[i]) : Float.float16ToFloat(Float.floatToFloat16(floats[i]));
        }
        return type.equals("BF16") ? new HostArray(values.shape(), DType.BF16, floats) : type.equals("F64") ? values.cast(DType.F64) : HostArray.of(values.shape(), floats);
    }

    /** Fluxo writes no F16: a file of them, byte by byte. */
    private static void writeHalf(Path file, Map<String, HostArray> tensors) throws IOException {
        StringBuilder header = new StringBuilder();
        int bytes = tensors.values().stream().mapToInt(values -> 2 * values.elements()).sum();
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        tensors.forEach((name, values) -> {
            int begin = data.position();
            for (float value : values.toFloats()) {
                data.putShort(Float.floatToFloat16(value));
            }
            header.append(header.isEmpty() ? "{" : ",").append("\"%s\":{\"dtype\":\"F16\",\"shape\":%s,\"data_offsets\":[%d,%d]}".formatted(name,
                    Arrays.toString(values.shape().sizes()), begin, data.position()));
        });
        byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
        Files.write(file, ByteBuffer.allocate(8 + json.length + bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).put(data.array()).array());
    }
}
