package io.fluxo.checkpoint;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Not a test: how much memory the process takes at most while a checkpoint is loaded, beside what it had before. Linux; {@code java … LoadingMemory DIR}. */
final class LoadingMemory {

    private LoadingMemory() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Setup setup = Setup.ALL.getLast();
        try (Backend backend = setup.open()) {
            long before = kilobytes("VmRSS");
            long began = System.nanoTime();
            long parameters = ModelDirectory.read(directory, Architectures.CATALOG, backend, setup.dtype()).parameterCount();
            double seconds = (System.nanoTime() - began) / 1e9;
            long file = Files.size(directory.resolve(Safetensors.SINGLE)) / 1024;
            System.out.print(Text.format("%,d parameters, file %,d kB, before %,d kB, at most %,d kB: %.3f of the file, %.3f with the JVM; %.1f s%n", parameters, file, before,
                    kilobytes("VmHWM"), (kilobytes("VmHWM") - before) / (double) file, kilobytes("VmHWM") / (double) file, seconds));
        }
    }

    private static long kilobytes(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith(name + ":")).mapToLong(line ->
                Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }
}
