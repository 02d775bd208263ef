package io.fluxo.experiments.compare.replay;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.file.Json;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.proof.SymbolicBackend;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One operation with its inputs, in a file: where two backends part, it can be run again by itself, on any backend.
 *
 * @param what   where it was met: {@code model pre/isolated/after blocks.0.ln1.hook_out, operation 7: MatMul}
 * @param dtype  that it was run with
 * @param single the operation and its inputs
 */
public record ReplayFile(String what, DType dtype, Single single) {

    static final int MOST_AXES = 16;
    private static final int MOST_INPUTS = 64;
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_ELEMENTS = 1 << 24;

    /** Numbers are written as text, so that NaN, ±∞ and −0 come back as they were. */
    public void write(Path file) throws IOException {
        ObjectNode root = Json.object().put("what", what).put("dtype", dtype.name());
        root.set("operation", OpJson.write(single.op()));
        ArrayNode inputs = root.putArray("inputs");
        single.inputs().forEach(input -> inputs.add(tensor(input)));
        single.reverse().ifPresent(reverse -> {
            root.set("gradient", tensor(reverse.gradient()));
            reverse.onto().ifPresent(sum -> root.set("onto", tensor(sum)));
        });
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, Json.pretty(root));
    }

    private static ObjectNode tensor(HostArray array) {
        ObjectNode node = Json.object().put("dtype", array.dtype().name());
        node.set("shape", Json.of(Arrays.stream(array.shape().sizes()).boxed().toList()));
        node.set("values", Json.of(values(array)));
        return node;
    }

    private static List<String> values(HostArray array) {
        return array.array() instanceof long[] integers ? Arrays.stream(integers).mapToObj(Long::toString).toList()
                : Arrays.stream(array.toDoubles()).mapToObj(Double::toString).toList();
    }

    /** @throws BadInput where the file cannot be read, or is none of these */
    public static ReplayFile read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInput(Files.exists(file) ? "is not a file" : "no such file");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new BadInput(Text.format("holds %,d bytes, more than the %,d that are read", Files.size(file), MOST_BYTES));
            }
            JsonNode root = Json.parse(Files.readString(file));
            Op op = OpJson.read(root.path("operation"));
            List<HostArray> inputs = new ArrayList<>();
            if (!root.path("inputs").isArray() || root.path("inputs").size() > MOST_INPUTS) {
                throw new BadInput(Text.format("inputs: a list of at most %d tensors is needed", MOST_INPUTS));
            }
            for (JsonNode input : root.path("inputs")) {
                inputs.add(input(input, "input " + (inputs.size() + 1)));
            }
            Single single = new Single(op, inputs, reverse(root));
            requireRunnable(single);
            return new ReplayFile(root.path("what").asString(""), dtype(root.path("dtype"), "dtype"), single);
        } catch (BadInput wrong) {
            throw new BadInput(Text.format("--replay %s: %s", file, wrong.getMessage()), wrong);
        } catch (JacksonException wrong) {
            throw new BadInput(Text.format("--replay %s: cannot be read: it is not JSON (%s)", file, wrong.getOriginalMessage()), wrong);
        } catch (IOException | RuntimeException wrong) {
            throw new BadInput(Text.format("--replay %s: cannot be read: %s", file, wrong.getMessage()), wrong);
        }
    }

    private static Optional<Single.Reverse> reverse(JsonNode root) {
        if (!root.has("gradient")) {
            return Optional.empty();
        }
        return Optional.of(new Single.Reverse(input(root.path("gradient"), "gradient"), root.has("onto") ? Optional.of(input(root.path("onto"), "onto")) : Optional.empty()));
    }

    /** Shapes and types fit, and what comes out is not too large: found out on shapes alone. */
    private static void requireRunnable(Single single) {
        SymbolicBackend shapes = new SymbolicBackend();
        Tensor[] in = single.inputs().stream().map(input -> shapes.variable(input.shape(), input.dtype())).toArray(Tensor[]::new);
        Tensor result = switch (single.op()) {
            case FusedOp fused -> new Ops(shapes).fused(fused, in);
            case PrimitiveOp primitive -> shapes.execute(primitive, in);
            case UpdateOp update -> shapes.update(update, in)[0];
        };
        if (result.shape().dims().stream().mapToDouble(Dim::size).reduce(1, (a, c) -> a * c) > MOST_ELEMENTS) {
            throw new BadInput(Text.format("operation %s: it gives %s, more than %,d elements", single.op().name(), result.shape(), MOST_ELEMENTS));
        }
        single.reverse().ifPresent(reverse -> {
            requireLike("gradient", reverse.gradient(), "the result", result);
            reverse.onto().ifPresent(sum -> requireLike("onto", sum, "input 1", in[0]));
        });
    }

    private static void requireLike(String name, HostArray given, String of, Tensor needed) {
        if (!given.shape().equals(needed.shape()) || given.dtype() != needed.dtype()) {
            throw new BadInput(Text.format("%s: it is %s %s; %s is %s %s, and so has it to be", name, given.dtype().label(), given.shape(), of, needed.dtype().label(), needed.shape()));
        }
    }

    private static HostArray input(JsonNode node, String name) {
        DType dtype = dtype(node.path("dtype"), name + ": dtype");
        Shape shape;
        try {
            shape = shape(node.path("shape"));
        } catch (RuntimeException wrong) {
            throw new BadInput(Text.format("%s: its shape is %s; a list of at most %d sizes, and at most %,d elements, is needed", name, node.path("shape"), MOST_AXES, MOST_ELEMENTS), wrong);
        }
        JsonNode values = node.path("values");
        if (!values.isArray() || values.size() != shape.elements()) {
            throw new BadInput(Text.format("%s: %d values are needed for %s", name, shape.elements(), shape));
        }
        try {
            return dtype == DType.I64 ? HostArray.of(shape, values.valueStream().mapToLong(value -> Long.parseLong(value.stringValue())).toArray())
                    : HostArray.of(shape, dtype, values.valueStream().mapToDouble(value -> Double.parseDouble(value.stringValue())).toArray());
        } catch (RuntimeException wrong) {
            throw new BadInput(Text.format("%s: its values are to be numbers, as text: %s", name, wrong.getMessage()), wrong);
        }
    }

    private static DType dtype(JsonNode node, String name) {
        List<String> known = Arrays.stream(DType.values()).map(DType::name).toList();
        String given = node.asString("").toUpperCase(Locale.ROOT);
        if (!known.contains(given)) {
            throw new BadInput(name + ": " + BadInput.legal("no type named", given, known));
        }
        return DType.valueOf(given);
    }

    /** @throws IllegalArgumentException where it is no list of sizes, or of too many elements */
    static Shape shape(JsonNode node) {
        if (!node.isArray() || node.size() > MOST_AXES) {
            throw new IllegalArgumentException("no shape");
        }
        int[] sizes = new int[node.size()];
        long elements = 1;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = OpJson.whole(node.get(i));
            elements = Math.multiplyExact(elements, (long) sizes[i]);
            if (sizes[i] < 0 || elements > MOST_ELEMENTS) {
                throw new IllegalArgumentException("too large");
            }
        }
        return Shape.of(sizes);
    }
}
