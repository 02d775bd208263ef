package io.fluxo.proof;

import io.fluxo.backend.Backend;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.proof.Element.Known;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Runs the unchanged layers on dependence instead of numbers: for each element it is known which source tokens may change it, whatever the weights
 * and tokens are. What is absent from an element's tokens is proved not to reach it, at this size; what is present may still have no effect.
 * Assumed is that no intermediate is NaN or +∞. Fused operations run as their compositions.
 */
public final class DependenceBackend implements Backend {

    /** [batch pos] of the tokens that are followed; null until there are any. */
    private Shape grid;
    private final SequencedSet<String> refusals = new LinkedHashSet<>();

    /** Token ids I32 [batch pos]: element (b, j) is token j of sequence b, of unknown value. */
    public Tensor tokens(Shape shape) {
        return sourced(shape, DType.I32, 2);
    }

    /** A stream F32 [batch pos d]: every element of row (b, j) is changed by token j of sequence b. */
    public Tensor stream(Shape shape) {
        return sourced(shape, DType.F32, 3);
    }

    /** Unknown finite values that no token changes. */
    public Tensor weight(Shape shape, DType dtype) {
        return DependenceTensor.uniform(shape, dtype, Element.WEIGHT);
    }

    /** Unknown numbers [batch pos …], those of a row changed by the row's own token; by none where the shape has no such rows. */
    Tensor ownOfRows(Shape shape, DType dtype) {
        if (!hasRows(shape) || shape.size(1) != grid.size(1)) {
            return weight(shape, dtype);
        }
        return rows(shape, dtype);
    }

    private static Tensor rows(Shape shape, DType dtype) {
        int width = shape.elementsFrom(2);
        Element[] elements = new Element[shape.elements()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i % width == 0 ? Element.of(TokenSet.of(i / width)) : elements[i - 1];
        }
        return DependenceTensor.of(shape, dtype, elements);
    }

    private Tensor sourced(Shape shape, DType dtype, int rank) {
        if (shape.rank() != rank) {
            throw new IllegalArgumentException(Text.format("%s has %d axes, not %d", shape, shape.rank(), rank));
        }
        Shape sequences = shape.slice(0, 2);
        if (grid != null && !grid.equals(sequences)) {
            throw new IllegalArgumentException(Text.format("the tokens are %s here, not %s: one backend follows one set of tokens", grid, sequences));
        }
        grid = sequences;
        return rows(shape, dtype);
    }

    /** Which tokens reach which rows of {@code tensor} [batch pos …]. */
    public Dependence dependenceOf(Tensor tensor) {
        DependenceTensor value = own("dependence", tensor);
        if (grid == null) {
            throw new IllegalStateException("there are no tokens yet to depend on");
        }
        if (!hasRows(tensor.shape())) {
            throw new IllegalArgumentException(Text.format("the tensor %s is not [batch pos …] for tokens %s", tensor.shape(), grid));
        }
        int rows = tensor.shape().size(0) * tensor.shape().size(1);
        int width = tensor.shape().elementsFrom(2);
        List<TokenSet> reach = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            TokenSet sources = TokenSet.NONE;
            for (int i = row * width; i < (row + 1) * width; i++) {
                sources = sources.union(value.at(i).sources());
            }
            reach.add(sources);
        }
        return new Dependence(grid.size(0), tensor.shape().size(1), grid.size(1), reach);
    }

    /** Whether {@code shape} is [batch pos …] for this backend's tokens, or for the last of each sequence's. */
    boolean hasRows(Shape shape) {
        return grid != null && shape.rank() >= 2 && shape.size(0) == grid.size(0) && shape.size(1) <= grid.size(1);
    }

    /** What was tried that would cut dependence, whether or not whoever tried went on. */
    SequencedSet<String> refusals() {
        return refusals;
    }

    @Override
    public String name() {
        return "dependence";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Set<DType> dtypes() {
        return Set.of(DType.F32, DType.F64, DType.BF16);
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Shape shape = ShapeRules.KNOWN.shape(op, inputs);
        DType dtype = ShapeRules.dtype(op, inputs);
        DependenceTensor[] in = new DependenceTensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = own(op.name(), inputs[i]);
        }
        return switch (op) {
            case Unary unary -> in[0].map(dtype, x -> ElementRules.unary(unary, x));
            case Binary binary -> in[0].zip(in[1], shape, dtype, (a, b) -> ElementRules.binary(binary, dtype, a, b));
            case Comparison comparison -> in[0].zip(in[1], shape, dtype, (a, b) -> ElementRules.compare(comparison, a, b));
            case And _ -> in[0].zip(in[1], shape, dtype, ElementRules::and);
            case Or _ -> in[0].zip(in[1], shape, dtype, (a, b) -> ElementRules.not(ElementRules.and(ElementRules.not(a), ElementRules.not(b))));
            case Not _ -> in[0].map(dtype, ElementRules::not);
            case Where _ -> where(in[0].broadcastTo(shape), in[1].broadcastTo(shape), in[2].broadcastTo(shape));
            case Reduction reduction -> DependenceRules.reduce(reduction, in[0], shape);
            case ArgMax argMax -> IndexRules.argMax(argMax, in[0], shape);
            case MatMul matMul -> DependenceRules.product(matMul, in[0], in[1], shape);
            case Movement movement -> DependenceRules.move(movement, in, shape);
            case Gather gather -> IndexRules.gather(gather, in[0], in[1], shape);
            case ScatterAdd scatter -> IndexRules.scatterAdd(scatter, in[0], in[1], shape);
            case Source source -> DependenceRules.make(source, in);
            case Cast(DType to) -> in[0].map(to, x -> ElementRules.cast(to, x));
            case StopGradient _ -> in[0].as(shape, dtype);                                             // only the gradient is stopped: the value still depends on its input
        };
    }

    private static DependenceTensor where(DependenceTensor condition, DependenceTensor then, DependenceTensor otherwise) {
        Element[] chosen = new Element[condition.shape().elements()];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = ElementRules.where(condition.at(i), then.at(i), otherwise.at(i));
        }
        return DependenceTensor.of(condition.shape(), then.dtype(), chosen);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        throw new IllegalStateException(Text.format("%s replaces state; a proof of dependence concerns one run through a model", op.name()));
    }

    /** Known constants. */
    @Override
    public Tensor upload(HostArray values) {
        IntFunction<Element> element = switch (values.array()) {
            case long[] integers -> i -> Exact.integer(integers[i]);                    // a double would round them
            default -> {
                double[] numbers = values.toDoubles();
                yield i -> Exact.within(values.dtype(), new Known(numbers[i]));
            }
        };
        Element[] elements = new Element[values.elements()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = element.apply(i);
        }
        return DependenceTensor.of(values.shape(), values.dtype(), elements);
    }

    @Override
    public HostArray download(Tensor tensor) {
        String refusal = Text.format("reading the tensor %s back to the host would cut its dependence; compute with operations only", tensor.shape());
        refusals.add(refusal);
        throw new IllegalStateException(refusal);
    }

    private static DependenceTensor own(String operation, Tensor tensor) {
        if (!(tensor instanceof DependenceTensor ours)) {
            throw new IllegalArgumentException(Text.format("%s: the tensor %s belongs to another backend", operation, tensor.shape()));
        }
        return ours;
    }

    @Override
    public TensorScope openScope() {
        return UnownedScope.INSTANCE;
    }

    @Override
    public void close() {
        // the garbage collector owns everything
    }
}
