package io.fluxo.cuda.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the assembler says about a kernel.
 *
 * @param registers    of a thread
 * @param stackBytes   of arrays in memory: what registers do not suffice for, or what is found by a computed index
 * @param sharedBytes  of a block, that the kernel declares itself
 */
record CompiledKernel(String name, int registers, int stackBytes, int sharedBytes) {

    private static final Pattern NAME = Pattern.compile("Compiling entry function '(\\w+)'");
    private static final Pattern STACK = Pattern.compile("(\\d+) bytes stack frame");
    private static final Pattern USED = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    /** From the verbose log of {@code ptxas}: three lines for each kernel. */
    static List<CompiledKernel> in(String log) {
        List<CompiledKernel> kernels = new ArrayList<>();
        String name = "";
        int stack = 0;
        for (String line : log.lines().toList()) {
            Matcher begins = NAME.matcher(line);
            Matcher frame = STACK.matcher(line);
            Matcher used = USED.matcher(line);
            if (begins.find()) {
                name = begins.group(1);
            } else if (frame.find()) {
                stack = Integer.parseInt(frame.group(1));
            } else if (used.find()) {
                Matcher shared = SHARED.matcher(line);
                kernels.add(new CompiledKernel(name, Integer.parseInt(used.group(1)), stack, shared.find() ? Integer.parseInt(shared.group(1)) : 0));
            }
        }
        return kernels;
    }
}
