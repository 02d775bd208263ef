package io.fluxo.experiments.compare.onnx;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.compare.onnx.Model.Kind;
import io.fluxo.experiments.compare.onnx.Model.Port;
import io.fluxo.experiments.compare.onnx.OnnxOutcome.Verdict;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The tests of the ONNX standard for single operators: folders test_NAME with model.onnx and test_data_set_N/input_I.pb, output_I.pb. */
public final class OnnxNodeTests {

    private static final int MOST_ENTRIES = 100_000;

    private OnnxNodeTests() {}

    /**
     * The tests in a folder, in order of name.
     *
     * @throws BadInput where there is no such folder, or no test in it
     */
    public static List<OnnxTest> in(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new BadInput(directory + (Files.exists(directory) ? ": is not a directory" : ": no such directory") + "; a folder of ONNX node tests is needed");
        }
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> listed = entries.limit(MOST_ENTRIES + 1).toList();
            if (listed.size() > MOST_ENTRIES) {
                throw new BadInput(Text.format("%s: holds more than %,d files and folders; a folder of ONNX node tests is needed", directory, MOST_ENTRIES));
            }
            List<OnnxTest> tests = listed.stream()
                    .filter(entry -> entry.getFileName().toString().startsWith("test_") && Files.isDirectory(entry))
                    .map(entry -> new OnnxTest(entry.getFileName().toString(), entry))
                    .sorted(Comparator.comparing(OnnxTest::name)).toList();
            if (tests.isEmpty()) {
                throw new BadInput(directory + ": holds no ONNX node test; folders test_NAME with model.onnx and test_data_set_0 are needed");
            }
            return tests;
        } catch (IOException | UncheckedIOException failure) {
            throw new BadInput(directory + ": cannot be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * Runs all data sets of a test.
     *
     * @throws BadInput where a file is missing or damaged
     */
    public static OnnxOutcome run(OnnxTest test, Backend backend) {
        long start = System.nanoTime();
        double maxAbs = 0;
        double maxRel = 0;
        Verdict verdict = Verdict.PASS;
        String reason = "";
        try {
            Model model = OnnxFile.model(test.directory().resolve("model.onnx"));
            for (Path set : dataSets(test.directory())) {
                for (Comparison comparison : compared(model, set, backend)) {
                    maxAbs = Math.max(maxAbs, comparison.maxAbs());
                    maxRel = Math.max(maxRel, comparison.maxRel());
                    if (comparison.fault().isPresent() && verdict == Verdict.PASS) {
                        verdict = Verdict.FAIL;
                        reason = Text.format("%s: %s", set.getFileName(), comparison.fault().get());
                    }
                }
            }
        } catch (Unsupported lacking) {
            verdict = Verdict.UNSUPPORTED;
            reason = lacking.getMessage();
        } catch (Evaluator.Failed failed) {
            verdict = Verdict.FAIL;
            reason = failed.getMessage();
        }
        return new OnnxOutcome(test.name(), verdict, reason, maxAbs, maxRel, (System.nanoTime() - start) / 1e9);
    }

    private static List<Path> dataSets(Path directory) {
        List<Path> sets = IntStream.range(0, Bounds.DATA_SETS).mapToObj(i -> directory.resolve("test_data_set_" + i)).takeWhile(Files::isDirectory).toList();
        if (sets.isEmpty()) {
            throw new BadInput(directory + ": holds no test_data_set_0, with the inputs and expected outputs of the test");
        }
        return sets;
    }

    private static List<Comparison> compared(Model model, Path set, Backend backend) {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        List<HostArray> expected = new ArrayList<>();
        long held = 0;
        for (Port port : model.inputs().stream().filter(port -> !model.initializers().containsKey(port.name())).toList()) {
            OnnxTensor tensor = OnnxFile.tensor(file(set, "input_", inputs.size(), port));
            held = together(set, held, tensor);
            inputs.put(port.name(), tensor);
        }
        for (Port port : model.outputs()) {
            OnnxTensor tensor = OnnxFile.tensor(file(set, "output_", expected.size(), port));
            held = together(set, held, tensor);
            expected.add(Types.values(backend, tensor, "the output " + Shown.name(port.name())));
        }
        List<HostArray> got = computed(model, inputs, set, backend);
        return IntStream.range(0, got.size()).mapToObj(i -> Comparison.of(model.outputs().get(i).name(), got.get(i), expected.get(i))).toList();
    }

    /** Elements that are held at once; a data set of many large files is refused before they are all read. */
    private static long together(Path set, long held, OnnxTensor next) {
        long sum = held + next.shape().elements();
        if (sum > Bounds.MADE) {
            throw new BadInput(Text.format("%s: more than %,d elements, the most that is read of a data set", set, Bounds.MADE));
        }
        return sum;
    }

    /** Where a port's tensor is; other values than tensors are in files of other messages. */
    private static Path file(Path set, String kind, int index, Port port) {
        if (port.kind() != Kind.TENSOR) {
            throw new Unsupported(Text.format("Fluxo knows tensors only, and %s is %s", Shown.name(port.name()), port.kind().label()));
        }
        return set.resolve(kind + index + ".pb");
    }

    private static List<HostArray> computed(Model model, Map<String, OnnxTensor> inputs, Path set, Backend backend) {
        try (TensorScope _ = backend.openScope()) {
            return Evaluator.outputs(model, inputs, new Bounded(backend));
        } catch (BadInput bad) {
            throw new BadInput(Text.format("%s: with %s: %s", set.resolveSibling("model.onnx"), set.getFileName(), bad.getMessage()), bad);
        } catch (UnsupportedOperationException lacking) {
            throw new Unsupported(Blame.said(lacking));
        }
    }
}
