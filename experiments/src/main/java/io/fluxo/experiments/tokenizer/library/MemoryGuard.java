package io.fluxo.experiments.tokenizer.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ends this process when it takes more memory than it may. A native library's memory is outside Java's heap, and a file of a few lines can make it ask
 * for any amount. The system has to say how much is taken, as Linux does; elsewhere nothing is watched.
 */
final class MemoryGuard {

    private static final Path PAGES = Path.of("/proc/self/statm");
    private static final long PAGE = 4096;
    private static final long INTERVAL_MILLIS = 20;

    private MemoryGuard() {}

    static void start(long mostBytes) {
        if (Files.isReadable(PAGES)) {
            Thread.ofPlatform().daemon().name("memory").start(() -> watch(mostBytes));
        }
    }

    private static void watch(long mostBytes) {
        try {
            while (true) {
                if (Long.parseLong(Files.readString(PAGES).split(" ")[1]) * PAGE > mostBytes) {
                    Runtime.getRuntime().halt(Worker.TOO_MUCH_MEMORY);
                }
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (IOException unknown) {
            System.err.println("the memory of the tokenizers library is not watched: " + unknown);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }
}
