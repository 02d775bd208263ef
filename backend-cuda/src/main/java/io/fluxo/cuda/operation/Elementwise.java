package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.kernel.KernelSource;
import io.fluxo.cuda.kernel.Launch;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.program.Action;
import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Operations that compute each element by itself. All of them, in all types, are one generated source; chains of them have a source each. */
final class Elementwise {

    private static final int THREADS = 256;
    private static final List<DType> NUMBERS = List.of(DType.F32, DType.I32, DType.I64);
    private static final List<DType> TYPES = List.of(DType.F32, DType.I32, DType.I64, DType.BOOL);

    private static final Map<String, ElementwiseFunction> FUNCTIONS = functions();
    static final KernelSource SOURCE = new KernelSource("elementwise.cu",
            FUNCTIONS.values().stream().map(function -> ElementwiseKernel.of(function).source()).collect(Collectors.joining("\n")));

    private final Gpu gpu;

    Elementwise(Gpu gpu) {
        this.gpu = gpu;
    }

    private static Map<String, ElementwiseFunction> functions() {
        Stream<ElementwiseFunction> unary = Map.of("neg", "-$0", "exp", "expf($0)", "log", "logf($0)", "sqrt", "sqrtf($0)", "sin", "sinf($0)", "cos", "cosf($0)",
                "tanh", "tanhf($0)", "erf", "erff($0)").entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(one -> new ElementwiseFunction(of(one.getKey(), DType.F32), List.of(DType.F32), DType.F32, one.getValue()));
        Stream<ElementwiseFunction> activations = Stream.of("relu", "gelu", "gelu_tanh").flatMap(name -> Stream.of(
                new ElementwiseFunction(of(name, DType.F32), List.of(DType.F32), DType.F32, name + "($0)"),
                new ElementwiseFunction(of(name + "_gradient", DType.F32), List.of(DType.F32, DType.F32), DType.F32, name + "_gradient($0, $1)")));
        Stream<ElementwiseFunction> binary = Stream.of("add", "sub", "mul", "div", "maximum").flatMap(name -> NUMBERS.stream()
                .map(type -> new ElementwiseFunction(of(name, type), List.of(type, type), type, (name.equals("div") ? "divide" : name) + "($0, $1)")));
        Stream<ElementwiseFunction> comparisons = Stream.of("less", "equal").flatMap(name -> TYPES.stream()
                .map(type -> new ElementwiseFunction(of(name, type), List.of(type, type), DType.BOOL, name + "($0, $1)")));
        List<DType> truths = List.of(DType.BOOL, DType.BOOL);
        Stream<ElementwiseFunction> logic = Stream.of(new ElementwiseFunction(of("and", DType.BOOL), truths, DType.BOOL, "$0 & $1"),
                new ElementwiseFunction(of("or", DType.BOOL), truths, DType.BOOL, "$0 | $1"),
                new ElementwiseFunction(of("not", DType.BOOL), List.of(DType.BOOL), DType.BOOL, "!$0"));
        Stream<ElementwiseFunction> choices = TYPES.stream()
                .map(type -> new ElementwiseFunction(of("where", type), List.of(DType.BOOL, type, type), type, "$0 ? $1 : $2"));
        Stream<ElementwiseFunction> casts = TYPES.stream().flatMap(from -> TYPES.stream()
                .map(to -> new ElementwiseFunction(cast(from, to), List.of(from), to, "to_" + to.label() + "($0)")));
        return Stream.of(unary, activations, binary, comparisons, logic, choices, casts).flatMap(some -> some)
                .collect(Collectors.toMap(ElementwiseFunction::name, function -> function, (first, _) -> first, LinkedHashMap::new));
    }

    private static String of(String name, DType type) {
        return name + "_" + type.label();
    }

    private static String cast(DType from, DType to) {
        return of(of("cast", from), to);
    }

    /**
     * The function of an operation on each element.
     *
     * @param from the first input's type; the second's for a choice
     * @param to   the result's
     */
    static ElementwiseFunction function(Action action, DType from, DType to) {
        return named(switch (action) {
            case Action.Compute(PrimitiveOp op) -> op instanceof Cast ? cast(from, to) : of(op.name(), op instanceof Where ? to : from);
            case Action.Forward(FusedOp op, var _) -> of(activation(op), from);
            case Action.Backward(FusedOp op, int _, boolean _, boolean _) -> of(activation(op) + "_gradient", from);
            case Action.Update _, Action.Chain _, Action.SideBySide _ -> throw new IllegalArgumentException(action.name());
        });
    }

    static String activation(FusedOp op) {
        return switch (op) {
            case FusedOp.Relu _ -> "relu";
            case FusedOp.Gelu(boolean tanh) -> tanh ? "gelu_tanh" : "gelu";
            default -> throw new IllegalArgumentException(op.name());
        };
    }

    private static ElementwiseFunction named(String name) {
        ElementwiseFunction function = FUNCTIONS.get(name);
        if (function == null) {
            throw new UnsupportedOperationException("cuda has no " + name);
        }
        return function;
    }

    /** A primitive that computes each element by itself. */
    Runnable primitive(PrimitiveOp op, GpuTensor[] in, GpuTensor y) {
        return apply(function(new Action.Compute(op), in[0].dtype(), y.dtype()), y, in);
    }

    Runnable add(GpuTensor a, GpuTensor b, GpuTensor y) {
        return apply(named(of("add", y.dtype())), y, a, b);
    }

    Runnable activation(String name, GpuTensor y, GpuTensor... in) {
        return apply(named(of(name, DType.F32)), y, in);
    }

    private Runnable apply(ElementwiseFunction function, GpuTensor y, GpuTensor... in) {
        return launch(SOURCE, ElementwiseKernel.of(function), Arrays.asList(in), List.of(y));
    }

    /** Several functions, one after the other, in one launch. */
    Runnable chain(ElementwiseKernel kernel, List<GpuTensor> in, List<GpuTensor> out) {
        return launch(new KernelSource(kernel.name() + ".cu", kernel.source()), kernel, in, out);
    }

    /** Inputs are stretched to the outputs' shape. */
    private Runnable launch(KernelSource source, ElementwiseKernel kernel, List<GpuTensor> in, List<GpuTensor> out) {
        GpuTensor y = out.getFirst();
        Walk walk = Walk.of(y.shape().sizes(), in.stream().map(x -> Walk.stretched(x.shape(), y.shape())).toList());
        Launch launch = gpu.launch(source, walk.isFlat() ? kernel.flatName() : kernel.stretchedName());
        in.forEach(launch::tensor);
        out.forEach(launch::tensor);
        if (walk.isFlat()) {
            for (int i = 0; i < in.size(); i++) {
                launch.number(walk.flatStride(i));
            }
        } else {
            launch.struct(walk.words());
        }
        return launch.number(y.elements()).forEach(y.elements(), THREADS);
    }
}
