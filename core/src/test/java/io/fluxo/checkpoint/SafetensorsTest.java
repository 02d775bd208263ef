package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    @TempDir
    private Path directory;

    @Test
    void everyTypeComesBackBitForBit() {
        float signallingNaN = Float.intBitsToFloat(0x7F800001);
        float bf16NaN = Float.intBitsToFloat(0x7FA50000);
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        tensors.put("f32", HostArray.of(Shape.of(2, 3), 1f, -0f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, signallingNaN, 0.1f));
        tensors.put("f64", HostArray.of(Shape.of(3), Double.MAX_VALUE, -0.0, Double.longBitsToDouble(0x7FF0000000000001L)));
        tensors.put("bf16", new HostArray(Shape.of(3), DType.BF16, new float[] {1.5f, bf16NaN, -0f}));
        tensors.put("i32", HostArray.of(Shape.of(1, 2), Integer.MIN_VALUE, 7));
        tensors.put("i64", HostArray.of(Shape.of(2), Long.MIN_VALUE, 7L));
        tensors.put("truths", HostArray.of(Shape.of(3), true, false, true));
        tensors.put("number", HostArray.of(Shape.SCALAR, 3.0));
        tensors.put("empty", HostArray.of(Shape.of(2, 0, 3), new float[0]));
        tensors.put("größe\"\\", HostArray.of(Shape.of(1), 4f));
        Path file = directory.resolve("all.safetensors");
        Safetensors.write(file, tensors, Map.of("made by", "a \"test\"\n"));

        try (Safetensors read = Safetensors.open(file)) {
            assertThat(read.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            assertThat(read.metadata()).isEqualTo(Map.of("made by", "a \"test\"\n"));
            tensors.forEach((name, tensor) -> assertSameBits(name, read.read(name), tensor));
        }
    }

    @Test
    void aTensorLongerThanAWindowComesBack() {
        double[] values = new double[1_200_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.1;
        }
        Path file = directory.resolve("long.safetensors");
        Safetensors.write(file, Map.of("long", HostArray.of(Shape.of(values.length), values)));
        try (Safetensors read = Safetensors.open(file)) {
            assertThat((double[]) read.read("long").array()).isEqualTo(values);
        }
    }

    /** Memory that a file is mapped to faults where the file has ended: that is an error like any other, and never the end of the process. */
    @Test
    void aFileThatBecomesShorterWhileItIsReadIsNamed() throws IOException {
        Path file = directory.resolve("shorter.safetensors");
        Safetensors.write(file, Map.of("long", HostArray.of(Shape.of(1_200_001), new double[1_200_001])));
        try (Safetensors read = Safetensors.open(file)) {
            assertThatThrownBy(() -> read.stream("long", (_, _, _) -> cut(file))).isInstanceOf(CheckpointException.class)
                    .hasMessage(file + ": was cut off while it was read");
            assertThatThrownBy(() -> read.read("long")).isInstanceOf(CheckpointException.class).hasMessage(file + ": was cut off while it was read");
        }
    }

    private static void cut(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(1 << 20);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void theBytesDependOnTheTensorsAlone() throws IOException {
        Map<String, HostArray> one = new LinkedHashMap<>();
        one.put("b", HostArray.of(Shape.of(1), 1f));
        one.put("a", HostArray.of(Shape.of(1), 2f));
        one.put("z", HostArray.of(Shape.of(1), 3.0));
        Map<String, HostArray> other = new LinkedHashMap<>();
        other.put("z", one.get("z"));
        other.put("a", one.get("a"));
        other.put("b", one.get("b"));
        Safetensors.write(directory.resolve("one"), one);
        Safetensors.write(directory.resolve("other"), other);
        byte[] bytes = Files.readAllBytes(directory.resolve("one"));
        assertThat(Files.readAllBytes(directory.resolve("other"))).isEqualTo(bytes);

        // what Hugging Face's writer gives for these tensors, byte for byte
        String header = "{\"z\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}";
        assertThat(bytes).isEqualTo(file(header + " ".repeat(-header.length() & 7),
                ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(3).putFloat(2).putFloat(1).array()));
    }

    @Test
    void aFileOfHuggingFacesWriterIsWrittenAgainByteForByte() throws IOException, URISyntaxException {
        Path original = Path.of(SafetensorsTest.class.getResource("/io/fluxo/golden/training.safetensors").toURI());
        Path copy = directory.resolve("copy.safetensors");
        try (Safetensors read = Safetensors.open(original)) {
            Map<String, HostArray> tensors = new HashMap<>();
            read.names().forEach(name -> tensors.put(name, read.read(name)));
            Safetensors.write(copy, tensors, read.metadata());
        }
        assertThat(copy).hasSameBinaryContentAs(original);
    }

    @Test
    void halvesAndBytesAreReadAsTypesThatHoldThem() throws IOException {
        byte[] data = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3C00).putShort((short) 0xC100).put((byte) 255).put((byte) 1).array();
        Path file = written("""
                {"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"u":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}""", data);
        try (Safetensors read = Safetensors.open(file)) {
            assertThat((float[]) read.read("h").array()).containsExactly(1f, -2.5f);
            assertThat((int[]) read.read("u").array()).containsExactly(255, 1);
            assertThat(read.dtype("h")).isEqualTo(DType.F32);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                                                           | does not begin with '{'
            {                                                                            | not the JSON it should be
            {} {}                                                                        | something follows
            {"a":3}                                                                      | the tensor 'a' must be an object
            {"a":{"dtype":"F32","shape":[1]}}                                            | needs dtype, shape and data_offsets
            {"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}                       | has the dtype 'F31'; read are I64, F64
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                       | [2] of F32 takes 8 bytes, but data_offsets [0, 4] hold 4
            {"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}                     | must be whole numbers
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}                      | none negative
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}                       | begin ≤ end
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}                     | at most 2 numbers
            {"a":{"dtype":"BOOL","shape":[2],"data_offsets":[2,4]}}                      | begins at byte 2 of the data, but the one before it ends at 0
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                       | ends at byte 8 of the data, of which there are 4
            {"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}                      | the tensors fill 3 bytes, but 4 follow
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}                 | has the key 'x'
            {"a":{"dtype":"F32","shape":[1],"dtype":"F32","data_offsets":[0,4]}}         | Duplicate
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | Duplicate
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | must follow one another
            {"a":{"dtype":"F64","shape":[4294967296,4294967296,2305843009213693952],"data_offsets":[0,0]}} | more elements than one array holds
            {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}    | not the JSON it should be
            {"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}                     | 'a', shape must be whole numbers
            {"a":{"dtype":"F32","shape":[[[[[[[[1]]]]]]]],"data_offsets":[0,4]}}         | shape must be whole numbers
            {"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                        | without characters
            {"a\\u0007":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                | control characters
            {"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}} | [65536, 65536, 65536, 65536] has more elements than one array holds
            {"a":{"dtype":"F32","shape":[2147483583],"data_offsets":[0,4]}}              | takes 8589934332 bytes, but data_offsets [0, 4] hold 4
            {"a":{"dtype":"F32","shape":[2147483584],"data_offsets":[0,4]}}              | [2147483584] has more elements than one array holds
            {"a":{"dtype":"F32","shape":[2147483583,2],"data_offsets":[0,4]}}            | [2147483583, 2] has more elements than one array holds
            {"a":{"dtype":"F32","shape":[2147483583,1],"data_offsets":[0,4]}}            | takes 8589934332 bytes
            {"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,4]}} | takes 4 bytes, but data_offsets [1, 4] hold 3
            {"a":{"dtype":3,"shape":[1],"data_offsets":[0,4]}}                           | the tensor 'a', dtype must be a string
            {"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}                         | the tensor 'a', shape must be an array
            {"__metadata__":3}                                                           | __metadata__ must be an object
            {"__metadata__":{"k":1}}                                                     | __metadata__ 'k' must be a string
            {"__metadata__":{"k":{}}}                                                    | __metadata__ 'k' must be a string
            """)
    void aHeaderThatBreaksARuleIsRefused(String header, String message) throws IOException {
        Path file = written(header, new byte[4]);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class).hasMessageContaining(message)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aHeaderMayNameTwoHundredThousandTensors() throws IOException {
        String tensors = IntStream.range(0, 200_000).mapToObj(i -> "\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i)).collect(Collectors.joining(","));
        try (Safetensors read = Safetensors.open(written("{" + tensors + "}", new byte[0]))) {
            assertThat(read.names()).hasSize(200_000);
        }
        Path file = written("{\"one\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}," + tensors + "}", new byte[0]);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class).hasMessage(file + ": its header names more than 200000 tensors");
    }

    @Test
    void aNameOfEndlessLengthIsRefused() throws IOException {
        Path file = written("{\"" + "a".repeat(1_000_000) + "\":{}}", new byte[0]);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class).message().hasSizeLessThan(500);
    }

    @Test
    void malformedUtf8IsRefused() throws IOException {
        byte[] bytes = file("{\"a?\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4]);
        bytes[Long.BYTES + 3] = (byte) 0xC3;
        Path file = Files.write(directory.resolve("utf8"), bytes);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 3, 0})
    void aHeaderLengthBeyondTheFileIsRefused(long length) throws IOException {
        byte[] bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(new byte[] {'{', '}'}).array();
        Path file = Files.write(directory.resolve("length"), bytes);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining(length == 0 ? "does not begin with '{'" : "the header's length " + Long.toUnsignedString(length) + " is beyond the file's 10 bytes");
    }

    /** The file has no blocks on the disk. */
    @Test
    void aHeaderThatIsLongerThanTheFormatAllowsIsNotRead() throws IOException {
        Path file = directory.resolve("long");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001).put((byte) '{').flip());
            channel.write(ByteBuffer.allocate(1), 100_000_008);
        }
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class).hasMessageContaining("or the format's bound of 100000000");
    }

    @Test
    void aFileMayHoldNothingButAHeader() throws IOException {
        try (Safetensors read = Safetensors.open(written("{}", new byte[0]))) {
            assertThat(read.names()).isEmpty();
        }
        Path bare = Files.write(directory.resolve("bare"), new byte[8]);
        assertThatThrownBy(() -> Safetensors.open(bare)).isInstanceOf(CheckpointException.class).hasMessage(bare + ": its header does not begin with '{': not a safetensors file");
    }

    @Test
    void anEmptyTensorMayBeginWhereTheNextOneDoes() throws IOException {
        Path file = written("""
                {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", new byte[4]);
        try (Safetensors read = Safetensors.open(file)) {
            assertThat(read.shape("e")).isEqualTo(Shape.of(0));
            read.stream("e", (_, _, _) -> {
                throw new AssertionError("there is nothing to take");
            });
        }
    }

    @Test
    void piecesAreFourMegabytesOfATensorsOwnType() {
        Path file = directory.resolve("pieces");
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        tensors.put("a", HostArray.of(Shape.of(1 << 20), new float[1 << 20]));
        tensors.put("b", HostArray.of(Shape.of((1 << 21) + 1), DType.BF16, new double[(1 << 21) + 1]));
        tensors.put("c", HostArray.of(Shape.of(2), 1.5, 2.5));
        Safetensors.write(file, tensors);
        List<String> pieces = new ArrayList<>();
        try (Safetensors read = Safetensors.open(file)) {
            for (String name : List.of("a", "b", "a", "c")) {
                read.stream(name, (at, values, count) -> pieces.add("%s %d %s %d".formatted(name, at, values.getClass().getComponentType(), count)));
            }
        }
        assertThat(pieces).containsExactly("a 0 float 1048576", "b 0 float 2097152", "b 2097152 float 1", "a 0 float 1048576", "c 0 double 2");
    }

    @Test
    void whatIsClosedIsNotRead() {
        Path file = directory.resolve("closed");
        Safetensors.write(file, Map.of("a", HostArray.of(Shape.of(1), 1f)));
        Safetensors read = Safetensors.open(file);
        read.close();
        assertThatThrownBy(() -> read.read("a")).isInstanceOf(CheckpointException.class).hasMessageStartingWith(file + ": the tensor 'a' cannot be read: ");
    }

    @Test
    void aNameInAMessageIsOfBoundedLengthAndShowsNoControlCharacters() {
        assertThat(CheckpointException.shown("a".repeat(80))).isEqualTo("'" + "a".repeat(80) + "'");
        assertThat(CheckpointException.shown("a".repeat(81))).isEqualTo("'" + "a".repeat(79) + "…'");
        assertThat(CheckpointException.shown("a\u0007\ud800b😀")).isEqualTo("'a\ufffd\ufffdb😀'");
    }

    @Test
    void aWriterRefusesWhatItCouldNotReadAgain() {
        Path file = directory.resolve("refused");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("__metadata__", HostArray.of(Shape.of(1), 1f)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tensor name '__metadata__' is taken");
        var longer = new SafetensorsWriter.Item("a", DType.F32, Shape.of(1), () -> HostArray.of(Shape.of(2), 1f, 2f));
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(longer), Map.of())).isInstanceOf(IllegalStateException.class)
                .hasMessage("the values of 'a' are f32 [2], not f32 [1]");
        var wider = new SafetensorsWriter.Item("a", DType.F32, Shape.of(1), () -> HostArray.of(Shape.of(1), 1.0));
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(wider), Map.of())).isInstanceOf(IllegalStateException.class)
                .hasMessage("the values of 'a' are f64 [1], not f32 [1]");
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(longer, longer), Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tensor name 'a' is taken");
        assertThat(file).doesNotExist();
    }

    @Test
    void anIndexMayNameFiveHundredFiles() throws IOException {
        String map = IntStream.range(0, 500).mapToObj(i -> "\"t%d\":\"m%d.safetensors\"".formatted(i, i)).collect(Collectors.joining(","));
        index("{\"weight_map\":{" + map + "}}");
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class).hasMessageEndingWith("there is no such file");
        index("{\"weight_map\":{" + map + ",\"t500\":\"m500.safetensors\"}}");
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class).hasMessageEndingWith("names 501 files; at most 500 are read");
        index("{\"weight_map\":{" + map + ",\"t500\":\"m499.safetensors\"}}");
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class).hasMessageEndingWith("there is no such file");
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        assertThatThrownBy(() -> Safetensors.open(directory.resolve("nothing"))).isInstanceOf(CheckpointException.class).hasMessageContaining("no such file");
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class).hasMessageContaining("holds neither");
        assertThatThrownBy(() -> Safetensors.open(Files.write(directory.resolve("short"), new byte[7]))).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("7 bytes are too few");
        assertThatThrownBy(() -> Safetensors.open(Path.of("/dev/null"))).isInstanceOf(CheckpointException.class).hasMessage("/dev/null: not a regular file");
    }

    @Test
    void aTruthValueIsZeroOrOne() throws IOException {
        Path file = written("{\"a\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}", new byte[] {1, 2});
        try (Safetensors read = Safetensors.open(file)) {
            assertThatThrownBy(() -> read.read("a")).isInstanceOf(CheckpointException.class).hasMessageContaining("neither 0 nor 1");
        }
    }

    @Test
    void aTruthValueInAPieceToo() throws IOException {
        Path file = written("{\"a\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}", new byte[] {1, 2});
        try (Safetensors read = Safetensors.open(file)) {
            assertThatThrownBy(() -> read.stream("a", (_, _, _) -> {})).isInstanceOf(CheckpointException.class)
                    .hasMessage(file + ": the tensor 'a' holds a truth value that is neither 0 nor 1");
        }
    }

    @Test
    void anUnknownTensorIsNamedWithTheNearest() {
        Path file = directory.resolve("two");
        Safetensors.write(file, Map.of("blocks.0.attn.W_Q", HostArray.of(Shape.of(1), 1f), "W_U", HostArray.of(Shape.of(1), 1f)));
        try (Safetensors read = Safetensors.open(file)) {
            assertThatThrownBy(() -> read.read("blocks.0.attn.W_q")).isInstanceOf(CheckpointException.class).hasMessageContaining("'blocks.0.attn.W_Q'");
        }
    }

    @Test
    void aFailedWriteLeavesTheOldContentAndNothingElse() throws IOException {
        Path file = directory.resolve("kept.safetensors");
        Safetensors.write(file, Map.of("a", HostArray.of(Shape.of(1), 1f)));
        byte[] before = Files.readAllBytes(file);
        var failing = new SafetensorsWriter.Item("a", DType.F32, Shape.of(1), () -> {
            throw new IllegalStateException("the backend is gone");
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(failing), Map.of())).hasMessage("the backend is gone");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aModelInSeveralFilesIsReadThroughItsIndex() throws IOException {
        Safetensors.write(directory.resolve("model-00001-of-00002.safetensors"), Map.of("a", HostArray.of(Shape.of(2), 1f, 2f)));
        Safetensors.write(directory.resolve("model-00002-of-00002.safetensors"), Map.of("b", HostArray.of(Shape.of(1), 3f)));
        index("{\"metadata\":{\"total_size\":12},\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}");
        try (Safetensors read = Safetensors.open(directory)) {
            assertThat(read.names()).containsExactly("a", "b");
            assertThat((float[]) read.read("a").array()).containsExactly(1f, 2f);
            assertThat((float[]) read.read("b").array()).containsExactly(3f);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ../secret.safetensors                                                        | plain name.safetensors beside the index
            /etc/passwd.safetensors                                                      | plain name.safetensors beside the index
            sub/model.safetensors                                                        | plain name.safetensors beside the index
            sub\\\\model.safetensors                                                     | plain name.safetensors beside the index
            ..safetensors                                                                | plain name.safetensors beside the index
            model.bin                                                                    | plain name.safetensors beside the index
            absent.safetensors                                                           | there is no such file
            other.safetensors                                                            | the tensor 'a' should lie in other.safetensors, but does not
            """)
    void anIndexLeadsToFilesBesideItOnly(String shard, String message) throws IOException {
        Safetensors.write(directory.resolve("other.safetensors"), Map.of("b", HostArray.of(Shape.of(1), 3f)));
        index("{\"weight_map\":{\"a\":\"%s\"}}".formatted(shard));
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\":{}} x", "{\"weight_map\":{},\"weight_map\":{}}"})
    void anIndexThatIsNoneIsRefused(String content) throws IOException {
        index(content);
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class);
    }

    private void index(String content) throws IOException {
        Files.writeString(directory.resolve("model.safetensors.index.json"), content);
    }

    private Path written(String header, byte[] data) throws IOException {
        return Files.write(directory.resolve("file.safetensors"), file(header, data));
    }

    private static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).put(data).array();
    }

    private static void assertSameBits(String name, HostArray actual, HostArray expected) {
        assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
        assertThat(actual.dtype()).as(name).isEqualTo(expected.dtype());
        assertThat(bits(actual)).as(name).isEqualTo(bits(expected));
    }

    private static Object bits(HostArray values) {
        return switch (values.array()) {
            case float[] floats -> {
                int[] bits = new int[floats.length];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = Float.floatToRawIntBits(floats[i]);
                }
                yield bits;
            }
            case double[] doubles -> {
                long[] bits = new long[doubles.length];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = Double.doubleToRawLongBits(doubles[i]);
                }
                yield bits;
            }
            case Object other -> other;
        };
    }
}
