package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /** A folder with a {@code tokenizer.json}, written with ' in place of ". */
    static Path json(Path folder, String json) throws IOException {
        return write(folder, TokenizerJson.FILE, json.replace('\'', '"'));
    }

    static Path write(Path folder, String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
        return folder;
    }
}
