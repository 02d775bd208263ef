package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.study.run.BackendChoice;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Option;

/** Options of commands that run a model from a directory. */
class ModelOptions extends ComputingOptions {

    @Option(names = "--model", paramLabel = "DIR|NAME", required = true,
            description = "a model directory (Fluxo's, or Hugging Face's gpt2, llama, mistral, qwen2, qwen3, olmo2, gemma2 or bert), or a model that comes with Fluxo")
    String model;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "text, which the model's tokenizer takes apart")
    String prompt;

    @Option(names = "--tokens", paramLabel = "ID", split = ",", description = "token ids, in place of a prompt: 1,2,3")
    List<Integer> tokens;

    @Option(names = "--threads", paramLabel = "N", description = "threads; results do not depend on it (default: all processors)")
    Integer threads;

    @Option(names = "--seed", paramLabel = "N", description = "of whatever is drawn (default: 1)")
    Long seed;

    @Override
    void check() {
        super.check();
        concurrent("--threads", threads);
        if (prompt != null && tokens != null) {
            throw new BadInput("--prompt and --tokens: give one of them");
        }
    }

    /** The same of another model. */
    ModelOptions of(String other) {
        ModelOptions copy = new ModelOptions();
        copy.model = other;
        copy.prompt = prompt;
        copy.tokens = tokens;
        copy.backend = backend;
        copy.dtype = dtype;
        copy.device = device;
        copy.threads = threads;
        copy.seed = seed;
        return copy;
    }

    /** The same with another prompt, in the form in which this one's is given. */
    ModelOptions saying(String text) {
        ModelOptions copy = of(model);
        if (tokens == null) {
            copy.prompt = text;
            return copy;
        }
        try {
            copy.tokens = Arrays.stream(text.split(",")).map(id -> Integer.valueOf(id.strip())).toList();
        } catch (NumberFormatException none) {
            throw new BadInput("--patch " + text + ": token ids are needed, as --tokens has them: 1,2,3", none);
        }
        return copy;
    }

    long seed() {
        return Objects.requireNonNullElse(seed, 1L);
    }

    Path directory() {
        return Path.of(model);
    }

    BackendChoice choice() {
        return choice(Objects.requireNonNullElse(threads, Runtime.getRuntime().availableProcessors()));
    }
}
