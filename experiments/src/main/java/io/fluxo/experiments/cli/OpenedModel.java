package io.fluxo.experiments.cli;

import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.checkpoint.CheckpointException;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.tokenizer.Tokenizer;
import io.fluxo.experiments.tokenizer.Tokenizers;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.setting.Values;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** A model from a directory on a backend, with its tokenizer once that is asked for. */
final class OpenedModel implements AutoCloseable {

    private final Path directory;
    private final ModelSpec spec;
    private final Backend backend;
    private final TensorScope scope;
    private final LanguageModel model;
    private Tokenizer tokenizer;

    private OpenedModel(Path directory, ModelSpec spec, Backend backend, DType dtype, Workbench workbench) {
        this.directory = directory;
        this.spec = spec;
        this.backend = backend;
        scope = backend.openScope();
        model = ModelDirectory.read(directory, workbench.catalog(), backend, dtype);
    }

    /** @throws BadInput where there is no model, or it cannot be used */
    static OpenedModel open(ModelOptions options, Workbench workbench) {
        Path directory = BundledModels.find(options.model).orElseGet(options::directory);
        if (!Files.isDirectory(directory)) {
            throw new BadInput(Text.format("--model %s: %s; give a model directory, or one of %s", options.model, Files.exists(directory) ? "is no directory" : "there is no such directory",
                    String.join(", ", BundledModels.NAMES)));
        }
        try {
            ModelSpec spec = ModelDirectory.readSpec(directory, workbench.catalog());
            Workbench.OpenBackend chosen = workbench.open(options.choice());
            Backend backend = chosen.bare();
            try {
                return new OpenedModel(directory, spec, backend, new BackendOptions(DType.valueOf(chosen.dtype().toUpperCase(Locale.ROOT)), 0, 1).master(), workbench);
            } catch (RuntimeException | Error failed) {
                backend.close();
                throw failed;
            }
        } catch (CheckpointException unusable) {
            throw new BadInput("--model " + unusable.getMessage(), unusable);
        }
    }

    ModelSpec spec() {
        return spec;
    }

    Backend backend() {
        return backend;
    }

    LanguageModel model() {
        return model;
    }

    /** @throws BadInput where it is no transformer */
    Inspected inspected(String name) {
        if (!(model instanceof Transformer transformer)) {
            throw new BadInput(Text.format("--model %s: a model of family %s has no residual stream to look at; a transformer is needed", name, Values.label(spec.get(ModelSpec.FAMILY))));
        }
        return new Inspected(name, spec, transformer, backend);
    }

    /** @throws BadInput where the directory has none, or another vocabulary's */
    Tokenizer tokenizer() {
        if (tokenizer == null) {
            tokenizer = Tokenizers.open(directory, spec.get(D_VOCAB));
        }
        return tokenizer;
    }

    /** The ids that were given, or those of the text; at least one, each of the vocabulary, no more than the context. */
    int[] ids(ModelOptions options) {
        if (options.prompt == null && options.tokens == null) {
            throw new BadInput("give --prompt TEXT, or --tokens 1,2,3");
        }
        int[] ids = options.tokens == null ? tokenizer().encode(options.prompt) : options.tokens.stream().mapToInt(Integer::intValue).toArray();
        if (ids.length == 0) {
            throw new BadInput("--prompt: the text has no tokens; give at least one");
        }
        Arrays.stream(ids).filter(id -> id < 0 || id >= spec.get(D_VOCAB)).findFirst().ifPresent(id -> {
            throw new BadInput(Text.format("--tokens: there is no token %d; the model has ids from 0 to %d", id, spec.get(D_VOCAB) - 1));
        });
        if (ids.length > spec.get(N_CTX)) {
            throw new BadInput(Text.format("--%s: %,d tokens are more than the model's context of %,d", options.tokens == null ? "prompt" : "tokens", ids.length, spec.get(N_CTX)));
        }
        return ids;
    }

    @Override
    public void close() {
        scope.close();
        backend.close();
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
