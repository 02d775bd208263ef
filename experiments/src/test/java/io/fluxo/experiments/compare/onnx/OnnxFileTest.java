package io.fluxo.experiments.compare.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read of ONNX files, and what is said of files that cannot be read. */
class OnnxFileTest {

    @TempDir
    private Path folder;

    @Test
    void readsAModel() throws IOException {
        Proto attribute = new Proto().text(1, "axis").whole(3, -1).whole(20, 2).text(13, "documentation is passed over");
        Proto node = new Proto().text(1, "x").text(1, "").text(2, "y").text(3, "a name").text(4, "Softmax").message(5, attribute).text(7, "ai.onnx");
        Proto initializer = Given.tensor("w", HostArray.of(Shape.of(2), 1f, 2f));
        Proto graph = new Proto().message(1, node).message(5, initializer).message(11, new Proto().text(1, "x").message(2, new Proto().message(4, new Proto())))
                .message(12, new Proto().text(1, "y").message(2, new Proto().message(1, new Proto().whole(1, 1))));
        Model model = OnnxFile.model(file(new Proto().whole(1, 8).text(2, "producer").message(8, new Proto().whole(2, 13)).message(7, graph)));

        assertThat(model.opsets()).isEqualTo(Map.of("", 13L));
        assertThat(model.nodes()).isEqualTo(List.of(new Node("Softmax", "", List.of("x", ""), List.of("y"), Map.of("axis", new Attribute.Whole(-1)))));
        assertThat(model.initializers().get("w").values().orElseThrow().toDoubles()).containsExactly(1, 2);
        assertThat(model.inputs()).containsExactly(new Model.Port("x", Model.Kind.SEQUENCE));
        assertThat(model.outputs()).containsExactly(new Model.Port("y", Model.Kind.TENSOR));
    }

    @Test
    void readsAttributesOfEveryKind() throws IOException {
        Proto node = new Proto().text(4, "Any")
                .message(5, new Proto().text(1, "f").real(2, 0.5).whole(20, 1))
                .message(5, new Proto().text(1, "i").whole(20, 2))
                .message(5, new Proto().text(1, "s").text(4, "word").whole(20, 3))
                .message(5, new Proto().text(1, "t").message(5, Given.tensor("", HostArray.of(Shape.SCALAR, 7L))).whole(20, 4))
                .message(5, new Proto().text(1, "fs").reals(7, 1, 2).real(7, 3).whole(20, 6))
                .message(5, new Proto().text(1, "is").whole(8, 1).wholes(8, 2, 3).whole(20, 7))
                .message(5, new Proto().text(1, "g").message(6, new Proto()).whole(20, 5));
        Map<String, Attribute> attributes = OnnxFile.model(file(new Proto().message(8, new Proto().whole(2, 1)).message(7, new Proto().message(1, node))))
                .nodes().getFirst().attributes();

        assertThat(attributes.get("f")).isEqualTo(new Attribute.Real(0.5));
        assertThat(attributes.get("i")).as("zero need not be written").isEqualTo(new Attribute.Whole(0));
        assertThat(attributes.get("s")).isEqualTo(new Attribute.Word("word"));
        assertThat(attributes.get("t")).isInstanceOfSatisfying(Attribute.Values.class,
                given -> assertThat(given.tensor().values().orElseThrow().scalar()).isEqualTo(7));
        assertThat(((Attribute.Reals) attributes.get("fs")).values().toArray()).containsExactly(1, 2, 3);
        assertThat(((Attribute.Wholes) attributes.get("is")).values().toArray()).containsExactly(1, 2, 3);
        assertThat(attributes.get("g")).isEqualTo(new Attribute.Other("a graph"));
    }

    static Stream<Arguments> tensors() {
        return Stream.of(
                Arguments.of("floats", shaped(1, 2).reals(4, 1.5, -2), DType.F32, new double[] {1.5, -2}),
                Arguments.of("floats one by one", shaped(1, 2).real(4, 1.5).real(4, -2), DType.F32, new double[] {1.5, -2}),
                Arguments.of("floats as bytes", shaped(1, 2).bytes(9, little(8).putFloat(1.5f).putFloat(-2).array()), DType.F32, new double[] {1.5, -2}),
                Arguments.of("doubles", shaped(11, 2).doubles(10, 1.5, -2), DType.F64, new double[] {1.5, -2}),
                Arguments.of("doubles as bytes", shaped(11, 1).bytes(9, little(8).putDouble(1e300).array()), DType.F64, new double[] {1e300}),
                Arguments.of("ints", shaped(6, 2).wholes(5, 3, -4), DType.I32, new double[] {3, -4}),
                Arguments.of("ints as bytes", shaped(6, 2).bytes(9, little(8).putInt(3).putInt(-4).array()), DType.I32, new double[] {3, -4}),
                Arguments.of("longs", shaped(7, 2).wholes(7, 3, -4), DType.I64, new double[] {3, -4}),
                Arguments.of("longs as bytes", shaped(7, 1).bytes(9, little(8).putLong(-5).array()), DType.I64, new double[] {-5}),
                Arguments.of("truth values", shaped(9, 2).wholes(5, 1, 0), DType.BOOL, new double[] {1, 0}),
                Arguments.of("truth values as bytes", shaped(9, 2).bytes(9, (byte) 0, (byte) 1), DType.BOOL, new double[] {0, 1}),
                Arguments.of("bfloat16", shaped(16, 1).wholes(5, 0x3fc0), DType.BF16, new double[] {1.5}),
                Arguments.of("bfloat16 as bytes", shaped(16, 1).bytes(9, little(2).putShort((short) 0xbfc0).array()), DType.BF16, new double[] {-1.5}),
                Arguments.of("nothing", shaped(1, 0), DType.F32, new double[0]),
                Arguments.of("a single number", new Proto().whole(2, 1).reals(4, 3), DType.F32, new double[] {3}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensors")
    void readsATensor(String name, Proto tensor, DType dtype, double[] values) throws IOException {
        HostArray read = OnnxFile.tensor(file(tensor)).values().orElseThrow();

        assertThat(read.dtype()).isEqualTo(dtype);
        assertThat(read.toDoubles()).containsExactly(values);
    }

    @Test
    void readsOfATypeThatFluxoDoesNotHaveWhatItIs() throws IOException {
        OnnxTensor tensor = OnnxFile.tensor(file(shaped(2, 3).text(8, "x").bytes(9, new byte[3])));

        assertThat(tensor).isEqualTo(new OnnxTensor("x", ElementType.UINT8, Shape.of(3), Optional.empty()));
    }

    static Stream<Arguments> badTensors() {
        return Stream.of(
                Arguments.of("12 bytes of values; [2] of float32 are 8", shaped(1, 2).bytes(9, new byte[12])),
                Arguments.of("1 values; [2] of float32 has 2 elements", shaped(1, 2).reals(4, 1)),
                Arguments.of("axis 0 has the size -1; sizes are 0 or more", shaped(1, -1)),
                Arguments.of("axis 0 has the size 4,611,686,018,427,387,904", shaped(1, 1L << 62)),
                Arguments.of("axis 1 has the size 5,000", shaped(1, 5_000).whole(1, 5_000)),
                Arguments.of("17 axes; at most 16 are read", new Proto().whole(2, 1).wholes(1, new long[17])),
                Arguments.of("there is no element type 99", shaped(99, 1)),
                Arguments.of("there is no element type 0", new Proto()),
                Arguments.of("a truth value is 2; it is 0 or 1", shaped(9, 1).wholes(5, 2)),
                Arguments.of("one segment of a larger one", shaped(1, 1).message(3, new Proto())),
                Arguments.of("in another file", shaped(1, 1).message(13, new Proto())),
                Arguments.of("field 2 has the wire type 2, not 0", new Proto().text(2, "float")),
                Arguments.of("field 99 is a group", new Proto()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTensors")
    void saysWhatIsWrongWithATensor(String message, Proto tensor) throws IOException {
        Path file = file(tensor);
        if (message.contains("group")) {
            Files.write(file, new byte[] {(byte) 0x9b, 0x06});   // field 99, wire type 3
        }

        assertThatThrownBy(() -> OnnxFile.tensor(file)).isInstanceOf(BadInput.class).hasMessageStartingWith(file + ": ").hasMessageContaining(message);
    }

    static Stream<Arguments> badModels() {
        Proto opset = new Proto().whole(2, 13);
        return Stream.of(
                Arguments.of("holds no graph", new Proto().message(8, opset)),
                Arguments.of("names no operator set", new Proto().message(7, new Proto())),
                Arguments.of("holds two graphs", new Proto().message(7, new Proto()).message(7, new Proto())),
                Arguments.of("graph: node 0: names no operator", new Proto().message(7, new Proto().message(1, new Proto()))),
                Arguments.of("graph: brings a sparse initializer", new Proto().message(7, new Proto().message(15, new Proto()))),
                Arguments.of("graph: node 0: attribute 0: 'a' has the type 0", new Proto().message(7, new Proto().message(1,
                        new Proto().message(5, new Proto().text(1, "a"))))),
                Arguments.of("graph: node 0: attribute 0: 'a\uFFFD[31m' is said to be a tensor", new Proto().message(7, new Proto().message(1,
                        new Proto().message(5, new Proto().text(1, "a\u001b[31m").whole(20, 4))))),
                Arguments.of("graph: initializer 0: 0 values", new Proto().message(7, new Proto().message(5, shaped(1, 1)))),
                Arguments.of("graph: node 0: more than 1,000 inputs, outputs and attributes", new Proto().message(7, new Proto().message(1, crowded()))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badModels")
    void saysWhatIsWrongWithAModel(String message, Proto model) throws IOException {
        Path file = file(model);

        assertThatThrownBy(() -> OnnxFile.model(file)).isInstanceOf(BadInput.class).hasMessageStartingWith(file + ": ").hasMessageContaining(message);
    }

    @Test
    void saysWhereAFileIsCutOff() throws IOException {
        Path file = folder.resolve("cut.pb");
        Files.write(file, new byte[] {0x22, 0x7f, 0, 0});

        assertThatThrownBy(() -> OnnxFile.tensor(file)).isInstanceOf(BadInput.class).hasMessageContaining("not a protobuf message at byte").hasMessageContaining("cut off");
    }

    @Test
    void refusesAFileThatIsTooLarge() throws IOException {
        Path file = folder.resolve("large.pb");
        Files.write(file, new byte[Bounds.FILE + 1]);

        assertThatThrownBy(() -> OnnxFile.tensor(file)).isInstanceOf(BadInput.class).hasMessageContaining("larger than 16,777,216 bytes");
    }

    @Test
    void saysThatThereIsNoFile() {
        assertThatThrownBy(() -> OnnxFile.model(folder.resolve("model.onnx"))).isInstanceOf(BadInput.class).hasMessageContaining("model.onnx: no such file");
        assertThatThrownBy(() -> OnnxFile.model(folder)).isInstanceOf(BadInput.class).hasMessageContaining("is a directory");
    }

    private Path file(Proto message) throws IOException {
        return Files.write(folder.resolve("file.pb"), message.bytes());
    }

    private static Proto shaped(long type, long size) {
        return new Proto().whole(1, size).whole(2, type);
    }

    private static Proto crowded() {
        Proto node = new Proto().text(4, "Concat");
        for (int i = 0; i <= 1_000; i++) {
            node.text(1, "x");
        }
        return node;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
