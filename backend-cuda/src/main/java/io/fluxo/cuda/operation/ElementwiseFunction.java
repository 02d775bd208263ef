package io.fluxo.cuda.operation;

import io.fluxo.tensor.DType;
import java.util.List;

/**
 * A function of one element of each input, in CUDA.
 *
 * @param name       of the operation and its types
 * @param inputs     their types
 * @param output     the result's type
 * @param expression of {@code $0}, {@code $1} …
 */
record ElementwiseFunction(String name, List<DType> inputs, DType output, String expression) {

    ElementwiseFunction {
        inputs = List.copyOf(inputs);
    }

    /** The expression of these arguments. */
    String of(List<String> arguments) {
        String text = expression;
        for (int i = 0; i < arguments.size(); i++) {
            text = text.replace("$" + i, arguments.get(i));
        }
        return text;
    }

    /** The C++ type of an element. */
    static String type(DType dtype) {
        return switch (dtype) {
            case F32 -> "float";
            case I32 -> "int";
            case I64 -> "i64";
            case BOOL -> "u8";
            case F64, BF16 -> throw new IllegalArgumentException("cuda has no " + dtype.label());
        };
    }
}
