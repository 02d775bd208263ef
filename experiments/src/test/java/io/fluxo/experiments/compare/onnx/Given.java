package io.fluxo.experiments.compare.onnx;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A test of one operator that a unit test builds: no data of the standard is needed. */
final class Given {

    private final Proto node = new Proto();
    private final List<HostArray> inputs = new ArrayList<>();
    private final List<HostArray> outputs = new ArrayList<>();
    private final String domain;
    private final long opset;

    private Given(String domain, String operator, long opset) {
        this.domain = domain;
        this.opset = opset;
        node.text(4, operator).text(7, domain);
    }

    static Given node(String operator, long opset) {
        return new Given("", operator, opset);
    }

    static Given training(String operator) {
        return new Given("ai.onnx.preview.training", operator, 1);
    }

    /** The next input; null leaves it out. */
    Given in(HostArray values) {
        node.text(1, values == null ? "" : "in" + inputs.size());
        if (values != null) {
            inputs.add(values);
        }
        return this;
    }

    Given out(HostArray expected) {
        node.text(2, "out" + outputs.size());
        outputs.add(expected);
        return this;
    }

    Given whole(String name, long value) {
        return attribute(new Proto().text(1, name).whole(3, value).whole(20, 2));
    }

    Given real(String name, double value) {
        return attribute(new Proto().text(1, name).real(2, value).whole(20, 1));
    }

    Given word(String name, String value) {
        return attribute(new Proto().text(1, name).text(4, value).whole(20, 3));
    }

    Given wholes(String name, long... values) {
        return attribute(new Proto().text(1, name).wholes(8, values).whole(20, 7));
    }

    private Given attribute(Proto attribute) {
        node.message(5, attribute);
        return this;
    }

    byte[] model() {
        Proto graph = new Proto().message(1, node).text(2, "graph");
        IntStream.range(0, inputs.size()).forEach(i -> graph.message(11, new Proto().text(1, "in" + i)));
        IntStream.range(0, outputs.size()).forEach(i -> graph.message(12, new Proto().text(1, "out" + i)));
        return new Proto().whole(1, 10).message(8, new Proto().text(1, domain).whole(2, opset)).message(7, graph).bytes();
    }

    /** Writes the test's files. */
    OnnxTest writtenTo(Path directory) {
        try {
            Path set = Files.createDirectories(directory.resolve("test_given/test_data_set_0"));
            Files.write(set.resolveSibling("model.onnx"), model());
            for (int i = 0; i < inputs.size(); i++) {
                Files.write(set.resolve("input_" + i + ".pb"), tensor("in" + i, inputs.get(i)).bytes());
            }
            for (int i = 0; i < outputs.size(); i++) {
                Files.write(set.resolve("output_" + i + ".pb"), tensor("out" + i, outputs.get(i)).bytes());
            }
            return new OnnxTest("test_given", directory.resolve("test_given"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Proto tensor(String name, HostArray values) {
        Proto tensor = new Proto().text(8, name);
        for (int size : values.shape().sizes()) {
            tensor.whole(1, size);
        }
        double[] numbers = values.toDoubles();
        long[] wholes = IntStream.range(0, numbers.length).mapToLong(i -> (long) numbers[i]).toArray();
        return switch (values.dtype()) {
            case F32 -> tensor.whole(2, 1).reals(4, numbers);
            case F64 -> tensor.whole(2, 11).doubles(10, numbers);
            case I32 -> tensor.whole(2, 6).wholes(5, wholes);
            case I64 -> tensor.whole(2, 7).wholes(7, wholes);
            case BOOL -> tensor.whole(2, 9).wholes(5, wholes);
            case BF16 -> throw new IllegalArgumentException("no test needs " + DType.BF16);
        };
    }
}
