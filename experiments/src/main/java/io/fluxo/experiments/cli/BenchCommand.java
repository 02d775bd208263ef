package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.bench.Bench;
import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.bench.BenchCase.Nonlinearity;
import io.fluxo.experiments.bench.BenchCase.Rule;
import io.fluxo.experiments.bench.BenchCase.What;
import io.fluxo.experiments.file.Json;
import io.fluxo.tensor.DType;
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
        description = "Times a block, a training step, a model's forward pass or single operations, alone or in turn with PyTorch; one JSON line per measurement.")
final class BenchCommand extends FluxoCommand<CommonOptions> {

    @Parameters(paramLabel = "block|train|model|kernels|matmul|attention",
            description = "what is timed: a block, a training step, a model's forward pass, operations at sizes of their own, square products (--sizes), or attention")
    private String what;

    private static final List<String> PEER_DEVICES = List.of("cpu", "cuda", "cuda-tf32");

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

    @Option(names = "--layers", defaultValue = "4", description = "blocks of the model (default: ${DEFAULT-VALUE})")
    private int layers;

    @Option(names = "--vocab", defaultValue = "65", description = "token ids of the model (default: ${DEFAULT-VALUE})")
    private int vocab;

    @Option(names = "--threads", defaultValue = "2", description = "worker threads (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--seconds", defaultValue = "5", description = "time spent on each measurement (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--placement", defaultValue = "pre", description = "pre or post (default: ${DEFAULT-VALUE})")
    private String placement;

    @Option(names = "--activation", defaultValue = "gelu", description = "gelu (tanh) or relu (default: ${DEFAULT-VALUE})")
    private String activation;

    @Option(names = "--optimizer", defaultValue = "adam", description = "adam, or adamw with a weight decay of 0.01 (default: ${DEFAULT-VALUE})")
    private String optimizer;

    @Option(names = "--tied", description = "the model's unembedding is its embedding")
    private boolean tied;

    @Option(names = "--sizes", paramLabel = "N", split = ",", defaultValue = "1024,2048", description = "of matmul's products (default: ${DEFAULT-VALUE})")
    private List<Integer> sizes;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "f32", description = "f32, f64 or bf16, where the backend has it (default: ${DEFAULT-VALUE})")
    private String dtype;

    @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "15",
            description = "time for which each step runs before it is timed; the just-in-time compiler needs it for kernels in Java (default: ${DEFAULT-VALUE})")
    private double warmUp;

    @Option(names = "--backend", defaultValue = "simd", description = "(default: ${DEFAULT-VALUE})")
    private String backend;

    @Option(names = "--peer", paramLabel = "PYTHON", description = "a Python that has torch: time it in turn, and print the ratio")
    private String peer;

    @Option(names = "--peer-device", paramLabel = "cpu|cuda|cuda-tf32", description = "what the peer computes on (default: cuda where the backend's name says so, else cpu)")
    private String peerDevice;

    @Option(names = "--compile", description = "the peer's models run through torch.compile")
    private boolean compile;

    @Option(names = "--both", description = "the peer twice: as it is, and through torch.compile")
    private boolean both;

    @Option(names = "--profile", description = "where a step's time goes: operation by operation, beside the machine's measured peak")
    private boolean profile;

    @Option(names = "--repetitions", defaultValue = "5", description = "of each side, in turn (default: ${DEFAULT-VALUE})")
    private int repetitions;

    BenchCommand(Session session) {
        super(session, new CommonOptions());
    }

    @Override
    ExitStatus run() {
        if ((compile || both) && peer == null) {
            throw new BadInput((both ? "--both" : "--compile") + ": it is the peer's models that run through torch.compile; give --peer PYTHON too");
        }
        if (peerDevice != null) {
            legal("--peer-device", peerDevice, PEER_DEVICES);
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
        Bench.Peers peers = new Bench.Peers(peer, peerDevice == null ? device() : peerDevice, both ? List.of(false, true) : List.of(compile));
        Map<String, List<Bench.Line>> summary = bench.beside(peers, repetitions, this::print);
        summary.forEach((step, lines) -> lines.subList(1, lines.size()).forEach(other -> print(step, lines.getFirst(), other)));
        return ExitStatus.AS_EXPECTED;
    }

    /** The ratio above 1 where Fluxo is the faster one. */
    private void print(String step, Bench.Line own, Bench.Line other) {
        ObjectNode row = Json.object();
        row.put("step", step).set("ratio", Json.rounded(other.timing().median() / own.timing().median(), 3));
        row.put(own.peer() + "_ms", own.timing().median()).put(other.peer() + "_ms", other.timing().median());
        terminal.out().println(Json.line(row));
    }

    /** A backend on NVIDIA's GPUs says so in its name. */
    private String device() {
        return PEER_DEVICES.stream().filter(backend::endsWith).findFirst().orElse("cpu");
    }

    private BenchCase spec() {
        Stream.of(Map.entry("--batch", batch), Map.entry("--tokens", tokens), Map.entry("--model", model), Map.entry("--heads", heads),
                Map.entry("--ff", ff), Map.entry("--layers", layers), Map.entry("--vocab", vocab), Map.entry("--repetitions", repetitions)).forEach(option -> CommonOptions.atLeast(option.getKey(), option.getValue(), 1));
        CommonOptions.concurrent("--threads", threads);
        sizes.forEach(size -> CommonOptions.atLeast("--sizes", size, 1));
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new BadInput("--seconds must be above 0 and at most 3600, not " + seconds);
        }
        if (!(warmUp >= 0 && warmUp <= 3600)) {
            throw new BadInput("--warm-up must be at least 0 and at most 3600, not " + warmUp);
        }
        if (model % heads != 0) {
            throw new BadInput(Text.format("--heads %d does not divide --model %d", heads, model));
        }
        return new BenchCase(one(What.class, "what to time", what), batch, tokens, model, heads, ff, layers, vocab, threads, seconds, warmUp,
                legal("--placement", placement, List.of("pre", "post")), one(Nonlinearity.class, "--activation", activation), one(Rule.class, "--optimizer", optimizer), tied,
                floating(), sizes);
    }

    private DType floating() {
        DType type = one(DType.class, "--dtype", dtype);
        if (!type.isFloating()) {
            throw new BadInput(Text.format("--dtype %s: models compute in floating types (legal: f32, f64, bf16)", dtype));
        }
        return type;
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
        boolean sequences = spec.what() != What.KERNELS && spec.what() != What.MATMUL;
        boolean model = spec.what() == What.TRAIN || spec.what() == What.MODEL;
        ObjectNode row = Json.object();
        row.put("peer", line.peer()).put("what", what);
        if (sequences) {
            row.put("batch", spec.batch()).put("tokens", spec.tokens()).put("model", spec.model()).put("heads", spec.heads());
        }
        if (model || spec.what() == What.BLOCK) {
            row.put("ff", spec.ff());
        }
        boolean own = line.peer().startsWith("fluxo-");
        row.put("threads", spec.threads()).put("device", own || peerDevice == null ? device() : peerDevice).put("dtype", spec.dtype().label());
        if (model || spec.what() == What.BLOCK) {
            row.put("placement", spec.placement());
        }
        if (model) {
            row.put("layers", spec.layers()).put("vocab", spec.vocab());
        }
        double median = line.timing().median();
        row.put("step", line.timing().step()).put("ms", median).put("best_ms", line.timing().best());
        if (sequences) {
            row.put("tokens_per_s", spec.batch() * spec.tokens() / median * 1e3);
        }
        line.gflops().ifPresent(gflops -> row.put("gflops", gflops));
        if (spec.what() == What.TRAIN) {
            row.put("steps_per_s", 1e3 / median);
        }
        row.put("runs", line.timing().runs());
        line.peakBytes().ifPresent(bytes -> row.put("peak_bytes", bytes));
        terminal.out().println(Json.line(row));
    }
}
