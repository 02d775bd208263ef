package io.fluxo.generate;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Not a test: how many tokens a second a model goes on by, alone or in turn with Hugging Face's transformers on the same threads; {@code java … GenerationSpeed DIR
 * TOKENS REPETITIONS THREADS [PYTHON]}, from the repository's root (docs/benchmarks.md). The first run of each process has all in it that happens once; what is warm
 * comes after as many runs as {@link #WARM_UP} says. Both sides take the most probable token, which has to be the same one in the end.
 */
final class GenerationSpeed {

    private static final int WARM_UP = 6;
    private static final int[] PROMPT = {1, 5, 9, 20};
    private static final String SCRIPT = "backend-cpu/src/test/python/generate_peer.py";
    private static final Pattern ROW = Pattern.compile("\"tokens_per_s\": ([0-9.e+-]+), \"last\": (\\d+)");

    private GenerationSpeed() {}

    /** Tokens a second, and the last token. */
    private record Run(double speed, int last) {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        int tokens = Integer.parseInt(arguments[1]);
        int repetitions = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        List<Run> own = new ArrayList<>();
        List<Run> other = new ArrayList<>();
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, threads)); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelDirectory.read(directory, Architectures.CATALOG, backend, DType.F32);
            int context = ModelDirectory.readSpec(directory, Architectures.CATALOG).get(ModelSpec.N_CTX);
            print("fluxo, first run", run(model, backend, context, tokens));
            for (int i = 1; i < WARM_UP; i++) {
                run(model, backend, context, tokens);
            }
            for (int i = 0; i < repetitions; i++) {
                own.add(print("fluxo, warm", run(model, backend, context, tokens)));
                if (arguments.length > 4) {
                    List<Run> runs = peer(arguments[4], directory, tokens, threads);
                    print("transformers, first run", runs.getFirst());
                    other.add(print("transformers, warm", runs.getLast()));
                }
            }
        }
        System.out.print(Text.format("fluxo, warm: median %.1f tokens a second of %s%n", median(own), speeds(own)));
        if (!other.isEmpty()) {
            System.out.print(Text.format("transformers, warm: median %.1f of %s; ratio %.2f; %s%n", median(other), speeds(other), median(own) / median(other),
                    own.getLast().last() == other.getLast().last() ? "the same last token" : "ANOTHER LAST TOKEN"));
        }
    }

    private static Run run(LanguageModel model, Backend backend, int context, int tokens) {
        long begun = System.nanoTime();
        int last = 0;
        try (Decoding decoding = new Decoding(model, backend, context)) {
            double[] logits = decoding.after(PROMPT);
            for (int i = 0; i < tokens; i++) {
                last = Sampler.GREEDY.choose(logits, 0);
                logits = i < tokens - 1 ? decoding.after(last) : logits;
            }
        }
        return new Run(tokens * 1e9 / (System.nanoTime() - begun), last);
    }

    private static List<Run> peer(String python, Path directory, int tokens, int threads) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(python, SCRIPT, directory.toString(), Integer.toString(tokens), "3", Integer.toString(threads))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(python + " " + SCRIPT + " failed");
        }
        return ROW.matcher(output).results().map(row -> new Run(Double.parseDouble(row.group(1)), Integer.parseInt(row.group(2)))).toList();
    }

    private static Run print(String who, Run run) {
        System.out.print(Text.format("%s: %.1f tokens a second%n", who, run.speed()));
        return run;
    }

    private static double median(List<Run> runs) {
        double[] sorted = runs.stream().mapToDouble(Run::speed).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static String speeds(List<Run> runs) {
        return String.join(", ", IntStream.range(0, runs.size()).mapToObj(i -> Text.format("%.1f", runs.get(i).speed())).toList());
    }
}
