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

    /**
     * A source of this package's resources: {@code norms.cu}.
     *
     * @param headers stand before it, with what it shares with other sources
     */
    public static KernelSource resource(String name, String... headers) {
        StringBuilder before = new StringBuilder();
        for (String header : headers) {
            before.append(numbered(header, read(header)));
        }
        return new KernelSource(name, headers.length == 0 ? read(name) : before + numbered(name, read(name)));
    }

    /** What is compiled: lines are numbered as in their files. */
    public String text() {
        return numbered(COMMON, read(COMMON)) + numbered(name, code);
    }

    private static String numbered(String file, String contents) {
        return "#line 1 \"" + file + "\"\n" + contents + "\n";
    }

    private static String read(String name) {
        try (InputStream file = KernelSource.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
