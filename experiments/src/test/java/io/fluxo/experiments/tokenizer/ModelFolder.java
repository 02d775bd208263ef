package io.fluxo.experiments.tokenizer;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.checkpoint.CharacterTokenizer;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.experiments.Fixtures;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Folders with the tokenizers of real models. */
final class ModelFolder {

    private ModelFolder() {}

    /** OpenAI's files of GPT-2, under the names that Hugging Face gave them. */
    static Path gpt2(Path folder) throws IOException {
        Files.copy(Fixtures.data("gpt2-bpe/encoder.json"), folder.resolve(Gpt2Files.VOCABULARY));
        Files.copy(Fixtures.data("gpt2-bpe/vocab.bpe"), folder.resolve(Gpt2Files.MERGES));
        return folder;
    }

    static Path bert(Path folder) throws IOException {
        Files.copy(Fixtures.data("bert-wordpiece/vocab.txt"), folder.resolve(BertFile.FILE));
        return folder;
    }

    /** What {@code train} writes for a model of characters. */
    static Path characters(Path folder, String... characters) {
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.D_VOCAB, characters.length).with(ModelSpec.N_LAYERS, 1).with(ModelSpec.D_MODEL, 4);
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            LanguageModel model = ModelBuilder.build(spec, Fixtures.ALL);
            model.initialize(backend, DType.F32, RandomKey.of(1));
            ModelDirectory.write(folder, spec, model, Optional.of(new CharacterTokenizer(List.of(characters))), backend);
        }
        return folder;
    }

    /** A folder with a {@code tokenizer.json}, written with ' in place of ". */
    static Path json(Path folder, String json) throws IOException {
        return write(folder, TokenizerJson.FILE, json.replace('\'', '"'));
    }

    static Path write(Path folder, String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
        return folder;
    }
}
