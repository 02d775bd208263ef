package io.fluxo.cuda.operation;

import static io.fluxo.cuda.operation.ElementwiseFunction.type;

import io.fluxo.tensor.DType;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A kernel that applies functions to each element, one after the other, as CUDA source: once for inputs that are read from one end to the other, or are single numbers,
 * and once for inputs that are stretched in any way. Values are numbered: inputs first, then what each line makes.
 *
 * @param name    of the operations
 * @param inputs  their types
 * @param lines   functions, in an order in which they can be computed
 * @param written the lines whose values are written, each to an output of its own
 */
record ElementwiseKernel(String name, List<DType> inputs, List<Line> lines, List<Integer> written) {

    /** C++ has functions of many of the names. */
    private static final String PREFIX = "each_";
    private static final String STRETCHED = "_stretched";

    /** @param arguments numbers of values */
    record Line(ElementwiseFunction function, List<Integer> arguments) {
        Line {
            arguments = List.copyOf(arguments);
        }
    }

    ElementwiseKernel {
        inputs = List.copyOf(inputs);
        lines = List.copyOf(lines);
        written = List.copyOf(written);
    }

    /** A single function. */
    static ElementwiseKernel of(ElementwiseFunction function) {
        return new ElementwiseKernel(function.name(), function.inputs(), List.of(new Line(function, IntStream.range(0, function.inputs().size()).boxed().toList())), List.of(0));
    }

    /** The kernel for inputs that are read from one end to the other. */
    String flatName() {
        return PREFIX + name;
    }

    String stretchedName() {
        return PREFIX + name + STRETCHED;
    }

    /** Both kernels. */
    String source() {
        return flat() + (inputs.size() > 1 ? stretched() : "");
    }

    private String flat() {
        return "extern \"C\" __global__ void " + flatName() + "(" + pointers() + each(inputs.size(), i -> "int s" + i + ", ") + "i64 n) {\n  FOR_EACH(i, n) {\n"
                + each(inputs.size(), i -> "    const " + type(inputs.get(i)) + " v" + i + " = x" + i + "[i * (u32)s" + i + "];\n") + body() + "  }\n}\n";
    }

    private String stretched() {
        return "extern \"C\" __global__ void " + stretchedName() + "(" + pointers() + "Walk<" + inputs.size() + "> walk, i64 n) {\n  FOR_EACH(i, n) {\n    u32 at["
                + inputs.size() + "];\n    places(walk, i, at);\n"
                + each(inputs.size(), i -> "    const " + type(inputs.get(i)) + " v" + i + " = x" + i + "[at[" + i + "]];\n") + body() + "  }\n}\n";
    }

    private String pointers() {
        return each(inputs.size(), i -> "const " + type(inputs.get(i)) + "* x" + i + ", ")
                + each(written.size(), i -> type(lines.get(written.get(i)).function().output()) + "* y" + i + ", ");
    }

    private String body() {
        return each(lines.size(), i -> "    const " + type(lines.get(i).function().output()) + " v" + (inputs.size() + i) + " = "
                + lines.get(i).function().of(lines.get(i).arguments().stream().map(value -> "v" + value).toList()) + ";\n")
                + each(written.size(), i -> "    y" + i + "[i] = v" + (inputs.size() + written.get(i)) + ";\n");
    }

    private static String each(int count, IntFunction<String> text) {
        return IntStream.range(0, count).mapToObj(text).collect(Collectors.joining());
    }
}
