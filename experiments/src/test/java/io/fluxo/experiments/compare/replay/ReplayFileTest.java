package io.fluxo.experiments.compare.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplayFileTest {

    @TempDir
    private Path folder;

    static Stream<Single> singles() {
        HostArray x = HostArray.of(Shape.of(2, 3), 1f, -0f, Float.NaN, Float.POSITIVE_INFINITY, 0.1f, Float.MIN_VALUE);
        return Stream.of(new Single(new PrimitiveOp.Sum(List.of(1), true), List.of(x)), new Single(new PrimitiveOp.Pad(1, Dim.of(1), Dim.of(2), Scalar.NEGATIVE_INFINITY), List.of(x)),
                new Single(new PrimitiveOp.MatMul(true, false), List.of(x, x)), new Single(new PrimitiveOp.Cast(DType.I64), List.of(x)),
                new Single(new PrimitiveOp.Expand(Shape.of(4, 2, 3)), List.of(x)), new Single(new FusedOp.LayerNorm(1e-5, false), List.of(x)),
                new Single(new FusedOp.CrossEntropy(), List.of(x, HostArray.of(Shape.of(2), 0, 2))), new Single(new PrimitiveOp.Not(), List.of(HostArray.of(Shape.of(2), true, false))),
                new Single(new FusedOp.Dropout(0.5), List.of(x, HostArray.of(Shape.of(2), Long.MAX_VALUE, 3L))),
                new Single(new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.of(0.5), false), List.of(HostArray.of(Shape.of(1, 1, 1, 1), 2f), HostArray.of(Shape.of(1, 1, 1, 1), 2f),
                        HostArray.of(Shape.of(1, 1, 1, 1), 2f))),
                new Single(new FusedOp.Rotate(FusedOp.Pairs.NEIGHBOURS), List.of(HostArray.of(Shape.of(1, 1, 1, 2), 2f, 3f), HostArray.of(Shape.of(1, 1), 0.5f), HostArray.of(Shape.of(1, 1), 0.25f))),
                new Single(new UpdateOp.Accumulate(), List.of(x, x)), new Single(new FusedOp.Softmax(), List.of(x), Optional.of(new Single.Reverse(x, Optional.empty()))),
                new Single(new FusedOp.Softmax(), List.of(x), Optional.of(new Single.Reverse(x, Optional.of(x)))));
    }

    @ParameterizedTest
    @MethodSource("singles")
    void comesBackAsItWas(Single single) throws IOException {
        Path file = folder.resolve("sub/replay.json");
        new ReplayFile("here", DType.F32, single).write(file);
        ReplayFile read = ReplayFile.read(file);
        assertThat(read.what()).isEqualTo("here");
        assertThat(read.dtype()).isEqualTo(DType.F32);
        assertThat(read.single().op()).isEqualTo(single.op());
        List<HostArray> written = tensors(single);
        List<HostArray> found = tensors(read.single());
        assertThat(found).hasSameSizeAs(written);
        for (int i = 0; i < written.size(); i++) {
            HostArray before = written.get(i);
            HostArray after = found.get(i);
            assertThat(after.shape()).isEqualTo(before.shape());
            assertThat(after.dtype()).isEqualTo(before.dtype());
            assertThat(Arrays.deepEquals(new Object[] {after.array()}, new Object[] {before.array()})).isTrue();
        }
    }

    private static List<HostArray> tensors(Single single) {
        List<HostArray> all = new ArrayList<>(single.inputs());
        single.reverse().ifPresent(reverse -> {
            all.add(reverse.gradient());
            reverse.onto().ifPresent(all::add);
        });
        return all;
    }

    @Test
    void everyOperationOfTheLanguageCanBeNamed() {
        for (Class<?> language : List.of(PrimitiveOp.class, FusedOp.class, UpdateOp.class)) {
            records(language).forEach(op -> assertThat(op.getDeclaredConstructors()).as(op.getSimpleName()).hasSize(1));
        }
    }

    private static Stream<Class<?>> records(Class<?> op) {
        return op.isRecord() ? Stream.of(op) : Arrays.stream(op.getPermittedSubclasses()).flatMap(ReplayFileTest::records);
    }

    private void refused(String json, String... words) throws IOException {
        Path file = folder.resolve("bad.json");
        Files.writeString(file, json);
        assertThatThrownBy(() -> ReplayFile.read(file)).isInstanceOf(BadInput.class).hasMessageContaining("bad.json").satisfies(bad -> assertThat(bad.getMessage()).contains(words).hasLineCount(1));
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        String x = "{\"dtype\":\"F32\",\"shape\":[2],\"values\":[\"1\",\"2\"]}";
        refused("{", "cannot be read");
        refused("[]", "no operation named");
        refused("{\"operation\":{\"name\":\"Some\"}}", "no operation named 'Some'", "Sum");
        refused("{\"operation\":{\"name\":\"ArgMax\",\"axis\":\"one\"},\"inputs\":[" + x + "],\"dtype\":\"F32\"}", "operation ArgMax", "'axis'", "no int");
        refused("{\"operation\":{\"name\":\"Exp\"},\"dtype\":\"F32\"}", "inputs: a list");
        refused("{\"operation\":{\"name\":\"Exp\"},\"inputs\":[{\"dtype\":\"F16\"}],\"dtype\":\"F32\"}", "input 1: dtype", "'F16'", "F32");
        refused("{\"operation\":{\"name\":\"Exp\"},\"inputs\":[{\"dtype\":\"F32\",\"shape\":[100000,100000]}],\"dtype\":\"F32\"}", "input 1: its shape");
        refused("{\"operation\":{\"name\":\"Exp\"},\"inputs\":[{\"dtype\":\"F32\",\"shape\":[3],\"values\":[\"1\"]}],\"dtype\":\"F32\"}", "input 1: 3 values");
        refused("{\"operation\":{\"name\":\"Exp\"},\"inputs\":[{\"dtype\":\"F32\",\"shape\":[1],\"values\":[\"one\"]}],\"dtype\":\"F32\"}", "input 1: its values", "one");
        refused("{\"operation\":{\"name\":\"Exp\"},\"inputs\":[" + x + "," + x + "],\"dtype\":\"F8\"}", "--replay");
        refused("{\"operation\":{\"name\":\"Expand\",\"shape\":[20000000,2]},\"inputs\":[" + x + "],\"dtype\":\"F32\"}", "Expand");
        refused("{\"operation\":{\"name\":\"Pad\",\"axis\":0,\"before\":2000000000,\"after\":0,\"value\":\"0\"},\"inputs\":[" + x + "],\"dtype\":\"F32\"}", "more than");
        refused("{\"operation\":{\"name\":\"Relu\"},\"inputs\":[" + x + "],\"gradient\":{\"dtype\":\"F32\",\"shape\":[1],\"values\":[\"1\"]},\"dtype\":\"F32\"}", "gradient: it is f32 [1]; the result is f32 [2]");
        refused("{\"operation\":{\"name\":\"Relu\"},\"inputs\":[" + x + "],\"gradient\":" + x + ",\"onto\":{\"dtype\":\"F64\",\"shape\":[2],\"values\":[\"1\",\"1\"]},\"dtype\":\"F32\"}", "onto: it is f64 [2]; input 1 is f32 [2]");
        refused("{\"operation\":{\"name\":\"Exp\"},\"inputs\":[" + x + "],\"gradient\":" + x + ",\"dtype\":\"F32\"}", "exp has no gradient of its own");
        refused("{\"operation\":{\"name\":\"Accumulate\"},\"inputs\":[" + x + "],\"dtype\":\"F32\"}", "cannot be read");
    }

    @Test
    void aFileThatIsNotThereIsSaidToBeMissing() {
        assertThatThrownBy(() -> ReplayFile.read(folder.resolve("none.json"))).isInstanceOf(BadInput.class).hasMessageContaining("no such file");
        assertThatThrownBy(() -> ReplayFile.read(folder)).isInstanceOf(BadInput.class).hasMessageContaining("is not a file");
    }

    @Test
    void aDamagedFileIsReadOrRefusedAndNothingElse() throws IOException {
        Path file = folder.resolve("replay.json");
        new ReplayFile("here", DType.F32, singles().toList().get(6)).write(file);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = i % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (i % 2 != 0) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try {
                Op op = ReplayFile.read(file).single().op();
                assertThat(op).isNotNull();
            } catch (BadInput refused) {
                assertThat(refused.getMessage()).startsWith("--replay ");
            }
        }
    }
}
