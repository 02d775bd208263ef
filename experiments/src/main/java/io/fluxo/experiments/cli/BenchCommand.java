package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.bench.Bench;
import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.bench.BenchCase.Nonlinearity;
import io.fluxo.experiments.bench.BenchCase.What;
import io.fluxo.experiments.file.Json;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code bench}: the peer script's options, which stand in place of the common ones. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        description = "Times a block, a training step or single operations, alone or in turn with PyTorch; one JSON line per measurement.")
final class BenchCommand extends FluxoCommand<CommonOptions> {

    @Parameters(paramLabel = "block|train|kernels", description = "what is timed")
    private String what;

    @Option(names = "--batch", defaultValue = "8", description = "sequences (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--tokens", defaultValue = "256", description = "tokens in a sequence (default: ${DEFAULT-VALUE})")
    private int tokens;

    @Option(names = "--model", defaultValue = "128", description = "d_model (default: ${DEFAULT-VALUE})")
    private int model;

    @Option(names = "--heads", defaultValue = "4", description = "attention heads (default: ${DEFAULT-VALUE})")
    private int heads;

    @Option(names = "--ff", defaultValue = "512", description = "d_mlp (default: ${DEFAULT-VALUE})")
    private int ff;

    @Option(names = "--layers", defaultValue = "4", description = "blocks of the trained model (default: ${DEFAULT-VALUE})")
    private int layers;

    @Option(names = "--vocab", defaultValue = "65", description = "token ids of the trained model (default: ${DEFAULT-VALUE})")
    private int vocab;

    @Option(names = "--threads", defaultValue = "2", description = "worker threads (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--seconds", defaultValue = "5", description = "time spent on each measurement (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--placement", defaultValue = "pre", description = "pre or post (default: ${DEFAULT-VALUE})")
    private String placement;

    @Option(names = "--activation", defaultValue = "gelu", description = "gelu (tanh) or relu (default: ${DEFAULT-VALUE})")
    private String activation;

    @Option(names = "--backend", defaultValue = "simd", description = "(default: ${DEFAULT-VALUE})")
    private String backend;

    @Option(names = "--peer", paramLabel = "PYTHON", description = "a Python that has torch: time it in turn, and print the ratio")
    private String peer;

    @Option(names = "--compile", description = "the peer's models run through torch.compile")
    private boolean compile;

    @Option(names = "--profile", description = "where a step's time goes: operation by operation, beside the machine's measured peak")
    private boolean profile;

    @Option(names = "--repetitions", defaultValue = "5", description = "of each side, in turn (default: ${DEFAULT-VALUE})")
    private int repetitions;

    BenchCommand(Session session) {
        super(session, new CommonOptions());
    }

    @Override
    ExitStatus run() throws InterruptedException {
        if (compile && peer == null) {
            throw new BadInput("--compile: it is the peer's models that run through torch.compile; give --peer PYTHON too");
        }
        BenchCase spec = spec();
        Bench bench = workbench().bench(spec, backend);
        if (profile) {
            bench.profile().forEach((step, found) -> terminal.out().print(ProfileText.of(step, found, terminal.tableColumns())));
            return ExitStatus.AS_EXPECTED;
        }
        if (peer == null) {
            bench.alone(this::print);
            return ExitStatus.AS_EXPECTED;
        }
        Map<String, List<Bench.Line>> summary = bench.beside(peer, compile, repetitions, this::print);
        summary.forEach((step, lines) -> {
            ObjectNode row = Json.object();
            row.put("step", step).set("ratio", Json.rounded(lines.get(1).timing().median() / lines.get(0).timing().median(), 3));
            row.put(lines.get(0).peer() + "_ms", lines.get(0).timing().median()).put(lines.get(1).peer() + "_ms", lines.get(1).timing().median());
            terminal.out().println(Json.line(row));
        });
        return ExitStatus.AS_EXPECTED;
    }

    private BenchCase spec() {
        Stream.of(Map.entry("--batch", batch), Map.entry("--tokens", tokens), Map.entry("--model", model), Map.entry("--heads", heads),
                Map.entry("--ff", ff), Map.entry("--layers", layers), Map.entry("--vocab", vocab), Map.entry("--repetitions", repetitions)).forEach(option -> CommonOptions.atLeast(option.getKey(), option.getValue(), 1));
        CommonOptions.concurrent("--threads", threads);
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new BadInput("--seconds must be above 0 and at most 3600, not " + seconds);
        }
        if (model % heads != 0) {
            throw new BadInput(Text.format("--heads %d does not divide --model %d", heads, model));
        }
        return new BenchCase(one(What.class, "what to time", what), batch, tokens, model, heads, ff, layers, vocab, threads, seconds,
                legal("--placement", placement, List.of("pre", "post")), one(Nonlinearity.class, "--activation", activation));
    }

    private static <E extends Enum<E>> E one(Class<E> type, String option, String value) {
        List<String> names = Stream.of(type.getEnumConstants()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
        return Enum.valueOf(type, legal(option, value, names).toUpperCase(Locale.ROOT));
    }

    private static String legal(String option, String value, List<String> names) {
        if (!names.contains(value)) {
            throw new BadInput(option + ": " + BadInput.legal("unknown value", value, names));
        }
        return value;
    }

    private void print(Bench.Line line) {
        BenchCase spec = line.spec();
        ObjectNode row = Json.object();
        row.put("peer", line.peer()).put("what", what);
        if (spec.what() != What.KERNELS) {
            row.put("batch", spec.batch()).put("tokens", spec.tokens()).put("model", spec.model()).put("heads", spec.heads()).put("ff", spec.ff());
        }
        row.put("threads", spec.threads()).put("device", "cpu").put("dtype", "f32");
        if (spec.what() != What.KERNELS) {
            row.put("placement", spec.placement());
        }
        if (spec.what() == What.TRAIN) {
            row.put("layers", spec.layers());
        }
        double median = line.timing().median();
        row.put("step", line.timing().step()).put("ms", median).put("best_ms", line.timing().best());
        if (spec.what() != What.KERNELS) {
            row.put("tokens_per_s", spec.batch() * spec.tokens() / median * 1e3);
        }
        line.gflops().ifPresent(gflops -> row.put("gflops", gflops));
        if (spec.what() == What.TRAIN) {
            row.put("steps_per_s", 1e3 / median);
        }
        row.put("runs", line.timing().runs());
        terminal.out().println(Json.line(row));
    }
}
