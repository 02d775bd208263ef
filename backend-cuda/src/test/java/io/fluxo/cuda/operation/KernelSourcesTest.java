package io.fluxo.cuda.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kernel compiles for the oldest and the newest architecture, and keeps its numbers in registers. With {@code -Dfluxo.update=true}, {@code docs/kernels.md} is written,
 * for all of them.
 */
class KernelSourcesTest {

    private static final List<Integer> ENDS = List.of(75, 100);
    /** The first with bfloat16 on tensor cores. */
    private static final int BF16 = 80;
    private static final List<Integer> ALL = List.of(75, 80, 90, 100);

    @TempDir
    Path folder;

    @Test
    void everyKernelCompilesAndKeepsItsNumbersInRegisters() throws IOException {
        KernelCompiler compiler = KernelCompiler.here(folder);
        boolean updating = Boolean.getBoolean("fluxo.update");
        List<Integer> architectures = updating ? ALL : ENDS;
        Map<String, Map<Integer, CompiledKernel>> kernels = new LinkedHashMap<>();
        for (var source : KernelSources.ALL) {
            for (int architecture : architectures) {
                if (source == KernelSources.ATTENTION_BF16 && architecture < BF16) {
                    continue;
                }
                List<CompiledKernel> compiled = CompiledKernel.in(compiler.log(source, architecture));
                assertThat(compiled).as("%s for sm_%d", source.name(), architecture).isNotEmpty().allSatisfy(kernel -> assertThat(kernel.stackBytes()).isZero());
                compiled.forEach(kernel -> kernels.computeIfAbsent(kernel.name(), _ -> new TreeMap<>()).put(architecture, kernel));
            }
        }
        if (updating) {
            Files.writeString(Path.of(System.getProperty("fluxo.home")).resolve("docs/kernels.md"), page(kernels));
        }
    }

    private static String page(Map<String, Map<Integer, CompiledKernel>> kernels) {
        StringBuilder page = new StringBuilder("""
                # Kernels of the backend `cuda`

                Registers of a thread by architecture (CUDA %s), and bytes of shared memory that a kernel declares itself; tiles of attention come on top, by their sizes. No kernel
                spills registers or has an array in memory. Kernels that compute each element by itself are one line here: all of them need at most what it says. Written by `KernelSourcesTest`.

                | kernel | sm_75 | sm_80 | sm_90 | sm_100 | shared bytes |
                |---|---|---|---|---|---|
                """.formatted("13.0"));
        Map<Integer, Integer> most = new TreeMap<>();
        kernels.forEach((name, by) -> {
            if (name.startsWith("each_")) {
                by.forEach((architecture, kernel) -> most.merge(architecture, kernel.registers(), Math::max));
            }
        });
        page.append("| each element: %d kernels |".formatted(kernels.keySet().stream().filter(name -> name.startsWith("each_")).count()));
        ALL.forEach(architecture -> page.append(" ≤ %d |".formatted(most.get(architecture))));
        page.append(" 0 |\n");
        kernels.entrySet().stream().filter(entry -> !entry.getKey().startsWith("each_")).sorted(Map.Entry.comparingByKey()).forEach(entry ->
                page.append("| `%s` | %s | %d |\n".formatted(entry.getKey(),
                        ALL.stream().map(architecture -> entry.getValue().containsKey(architecture) ? String.valueOf(entry.getValue().get(architecture).registers()) : "–").collect(Collectors.joining(" | ")),
                        entry.getValue().get(90).sharedBytes())));
        return page.toString();
    }
}
