package io.fluxo.experiments.tokenizer.library;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The native half of the library, which lies in its jar. It is a file only while it is loaded, and only in the folder for temporary files. */
final class NativeLibrary {

    private NativeLibrary() {}

    static void load() throws IOException {
        String name = System.mapLibraryName("tokenizers");
        String resource = "/native/lib/" + platform() + "/cpu/" + name;
        Path folder = Files.createTempDirectory("fluxo-tokenizers-" + ProcessHandle.current().pid() + "-");
        Path file = folder.resolve(name);
        try (InputStream in = TokenizersLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("the tokenizers library is not built for " + platform() + "; it is for linux-x86_64, linux-aarch64 and osx-aarch64");
            }
            Files.copy(in, file);
            System.load(file.toString());
        } finally {
            Files.deleteIfExists(file); // what is loaded stays
            Files.delete(folder);
        }
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch");
        return (system.startsWith("mac") ? "osx" : system) + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
    }
}
