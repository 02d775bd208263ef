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
 * A tensor that holds, for each element in row-major order, what it depends on. A uniform tensor, such as a weight, has one {@link Element} for all of
 * them, so that a table of a million parameters needs no memory.
 */
final class DependenceTensor implements Tensor {

    private final Shape shape;
    private final DType dtype;
    private final Element[] elements;
    private final Element uniform;

    private DependenceTensor(Shape shape, DType dtype, Element[] elements, Element uniform) {
        this.shape = shape;
        this.dtype = dtype;
        this.elements = elements;
        this.uniform = uniform;
    }

    static DependenceTensor of(Shape shape, DType dtype, Element... elements) {
        if (elements.length != shape.elements()) {
            throw new IllegalArgumentException(Text.format("%d elements do not fill %s", elements.length, shape));
        }
        return new DependenceTensor(shape, dtype, elements, null);
    }

    static DependenceTensor uniform(Shape shape, DType dtype, Element element) {
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

    /** Shape and type alone; a derivation shows the dependence. */
    @Override
    public String toString() {
        return Preview.of(shape, dtype, "in a proof of dependence");
    }

    Element at(int position) {
        return uniform == null ? elements[position] : uniform;
    }

    boolean isUniform() {
        return uniform != null;
    }

    /** The same elements under another shape or type. */
    DependenceTensor as(Shape other, DType type) {
        return new DependenceTensor(other, type, elements, uniform);
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
            return uniform(shape, type, f.apply(uniform));
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
            return uniform(to, type, f.apply(uniform, other.uniform));
        }
        DependenceTensor left = broadcastTo(to);
        DependenceTensor right = other.broadcastTo(to);
        Element[] zipped = new Element[to.elements()];
        for (int i = 0; i < zipped.length; i++) {
            zipped[i] = f.apply(left.at(i), right.at(i));
        }
        return of(to, type, zipped);
    }

    /** Broadcast to {@code to}. */
    DependenceTensor broadcastTo(Shape to) {
        return isUniform() || shape.equals(to) ? as(to, dtype) : pick(to, Walk.broadcast(shape, to));
    }
}
