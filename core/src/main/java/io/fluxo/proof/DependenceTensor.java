package io.fluxo.proof;

import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * A tensor of which each element knows what it depends on, row-major. Where all elements say the same, as in weights, there is one for all:
 * a table of a million parameters costs nothing.
 */
final class DependenceTensor implements Tensor {

    private final Shape shape;
    private final DType dtype;
    private final Element[] elements;
    private final Element everywhere;

    private DependenceTensor(Shape shape, DType dtype, Element[] elements, Element everywhere) {
        this.shape = shape;
        this.dtype = dtype;
        this.elements = elements;
        this.everywhere = everywhere;
    }

    static DependenceTensor of(Shape shape, DType dtype, Element... elements) {
        if (elements.length != shape.elements()) {
            throw new IllegalArgumentException(Text.format("%d elements do not fill %s", elements.length, shape));
        }
        return new DependenceTensor(shape, dtype, elements, null);
    }

    static DependenceTensor everywhere(Shape shape, DType dtype, Element element) {
        return new DependenceTensor(shape, dtype, null, element);
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    /** Without its elements: a proof shows what it shows in its derivation. */
    @Override
    public String toString() {
        return Preview.of(shape, dtype, "in a proof of dependence");
    }

    Element at(int position) {
        return everywhere == null ? elements[position] : everywhere;
    }

    boolean isUniform() {
        return everywhere != null;
    }

    /** The same elements under another shape or type. */
    DependenceTensor as(Shape other, DType type) {
        return new DependenceTensor(other, type, elements, everywhere);
    }

    /** The elements at {@code positions}. */
    DependenceTensor pick(Shape to, int[] positions) {
        if (isUniform()) {
            return as(to, dtype);
        }
        Element[] picked = new Element[positions.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = elements[positions[i]];
        }
        return of(to, dtype, picked);
    }

    /** Writes all elements into {@code target} at {@code positions}. */
    void place(Element[] target, int[] positions) {
        for (int i = 0; i < positions.length; i++) {
            target[positions[i]] = at(i);
        }
    }

    DependenceTensor map(DType type, UnaryOperator<Element> f) {
        if (isUniform()) {
            return everywhere(shape, type, f.apply(everywhere));
        }
        Element[] mapped = new Element[elements.length];
        for (int i = 0; i < mapped.length; i++) {
            mapped[i] = f.apply(elements[i]);
        }
        return of(shape, type, mapped);
    }

    /** Element by element with {@code other}, both broadcast to {@code to}. */
    DependenceTensor zip(DependenceTensor other, Shape to, DType type, BinaryOperator<Element> f) {
        if (isUniform() && other.isUniform()) {
            return everywhere(to, type, f.apply(everywhere, other.everywhere));
        }
        DependenceTensor left = stretchedTo(to);
        DependenceTensor right = other.stretchedTo(to);
        Element[] zipped = new Element[to.elements()];
        for (int i = 0; i < zipped.length; i++) {
            zipped[i] = f.apply(left.at(i), right.at(i));
        }
        return of(to, type, zipped);
    }

    /** Broadcast to {@code to}. */
    DependenceTensor stretchedTo(Shape to) {
        return isUniform() || shape.equals(to) ? as(to, dtype) : pick(to, Walk.broadcast(shape, to));
    }
}
