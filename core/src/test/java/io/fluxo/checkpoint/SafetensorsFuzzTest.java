package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Damages a good file in thousands of ways: what comes of it is a CheckpointException, or the tensors that the damaged file describes. */
class SafetensorsFuzzTest {

    private static final int CASES = 2_500;
    private static final long SEED = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What hostile hands write where a number, a name or a bracket stands. */
    private static final String[] SPLICES = {"-1", "0", "9223372036854775807", "18446744073709551616", "4294967296", "2147483647", "1e9", "null", "{", "}", "[",
        "]", "\"", ",", ":", "\\", "\\u0000", "[[[[", "\"a\":{},", "__metadata__", "F64", "F16", "I64", "U8", "BOOL", "F8_E4M3", " ", "\t"};

    @TempDir
    private Path directory;

    @Test
    void damageIsNoticedOrHarmless() throws IOException {
        Path file = directory.resolve("fuzzed.safetensors");
        Safetensors.write(file, Map.of(
                "a", HostArray.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f),
                "b", HostArray.of(Shape.of(2), 7.0, 8.0),
                "c", HostArray.of(Shape.of(3), 1, 2, 3),
                "d", HostArray.of(Shape.of(5), true, false, true, true, false),
                "e", new HostArray(Shape.of(2, 1), DType.BF16, new float[] {1, 2}),
                "f", HostArray.of(Shape.SCALAR, 9L)), Map.of("k", "v"));
        byte[] good = Files.readAllBytes(file);
        List<String> outcomes = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            byte[] bad = damaged(good, RandomKey.of(SEED).split(i));
            Files.write(file, bad);
            outcomes.add(outcome(file, bad, i));
        }
        // the damage is neither always fatal nor always missed
        assertThat(outcomes.stream().filter("read"::equals).count()).isBetween(CASES / 20L, CASES * 19L / 20);
    }

    private static String outcome(Path file, byte[] bytes, int number) {
        try (Safetensors read = Safetensors.open(file)) {
            JsonNode header = JSON.readTree(Arrays.copyOfRange(bytes, Long.BYTES, Long.BYTES + headerLength(bytes)));
            for (String name : read.names()) {
                assertThat(read.read(name).toDoubles()).as("case %d, tensor %s", number, name).isEqualTo(described(bytes, header.get(name)));
            }
            return "read";
        } catch (CheckpointException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(1_000);
            return "refused";
        } catch (RuntimeException | Error wrong) {
            throw new AssertionError("case " + number + ": " + new String(bytes, StandardCharsets.ISO_8859_1), wrong);
        }
    }

    private static byte[] damaged(byte[] good, RandomKey key) {
        int header = Long.BYTES + headerLength(good);
        int at = key.below(4, 0) == 0 ? key.below(good.length, 1) : Long.BYTES + key.below(header - Long.BYTES, 1); // mostly in the header
        return switch (key.below(7, 2)) {
            case 0 -> with(good, at, (byte) (good[at] ^ 1 << key.below(8, 3)));
            case 1 -> with(good, at, (byte) key.bits(3));
            case 2 -> with(good, key.below(Long.BYTES, 3), (byte) key.bits(4));
            case 3 -> Arrays.copyOf(good, key.below(good.length, 3));
            case 4 -> spliced(good, at, key.below(4, 3), new byte[0]);
            case 5 -> spliced(good, at, key.below(3, 3), SPLICES[key.below(SPLICES.length, 4)].getBytes(StandardCharsets.UTF_8));
            default -> with(good, digit(good, header, key), (byte) ('0' + key.below(10, 4)));
        };
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] changed = bytes.clone();
        changed[at] = value;
        return changed;
    }

    /** With {@code inserted} in place of {@code removed} bytes, and the header's length made to fit. */
    private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
        int end = Math.min(bytes.length, at + removed);
        byte[] changed = ByteBuffer.allocate(bytes.length - (end - at) + inserted.length)
                .put(bytes, 0, at).put(inserted).put(bytes, end, bytes.length - end).array();
        if (at < Long.BYTES + headerLength(bytes) && changed.length >= Long.BYTES) {
            buffer(changed).putLong(0, headerLength(bytes) + inserted.length - (end - at));
        }
        return changed;
    }

    private static int digit(byte[] bytes, int header, RandomKey key) {
        int[] digits = IntStream.range(Long.BYTES, header).filter(i -> Character.isDigit(bytes[i])).toArray();
        return digits[key.below(digits.length, 3)];
    }

    private static int headerLength(byte[] bytes) {
        return Math.toIntExact(buffer(bytes).getLong(0));
    }

    /** The values that {@code entry} of the header describes, decoded here once more. */
    private static double[] described(byte[] bytes, JsonNode entry) {
        ByteBuffer data = buffer(bytes);
        int size = (int) (entry.get("data_offsets").get(1).asLong() - entry.get("data_offsets").get(0).asLong());
        data.position((int) (Long.BYTES + headerLength(bytes) + entry.get("data_offsets").get(0).asLong()));
        List<Double> values = new ArrayList<>();
        int end = data.position() + size;
        while (data.position() < end) {
            values.add(switch (entry.get("dtype").asString()) {
                case "F32" -> (double) data.getFloat();
                case "F64" -> data.getDouble();
                case "F16" -> (double) Float.float16ToFloat(data.getShort());
                case "BF16" -> (double) Float.intBitsToFloat(data.getShort() << 16);
                case "I32" -> (double) data.getInt();
                case "I64" -> (double) data.getLong();
                case "U8" -> (double) (data.get() & 0xFF);
                case "BOOL" -> (double) data.get();
                case String other -> throw new AssertionError(other);
            });
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }


    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
