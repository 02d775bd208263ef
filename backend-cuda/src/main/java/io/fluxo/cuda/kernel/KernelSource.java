package io.fluxo.cuda.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A CUDA source with kernels. It includes nothing: {@code common.cuh} stands before it.
 *
 * @param name in the compiler's messages
 */
public record KernelSource(String name, String code) {

    private static final String COMMON = "common.cuh";

    /** A source of this package's resources: {@code norms.cu}. */
    public static KernelSource resource(String name) {
        return new KernelSource(name, read(name));
    }

    /** What is compiled: lines are numbered as in the two files. */
    public String text() {
        return "#line 1 \"" + COMMON + "\"\n" + read(COMMON) + "\n#line 1 \"" + name + "\"\n" + code;
    }

    private static String read(String name) {
        try (InputStream file = KernelSource.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
