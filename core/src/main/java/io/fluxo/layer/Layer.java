package io.fluxo.layer;

import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The layer SPI: a named part of a model with parameters, hook points and parts of its own. A layer is built once, from dims, and runs
 * unchanged on any backend, on symbols too.
 */
public abstract class Layer {

    private final String path;
    private final List<Layer> parts = new ArrayList<>();
    private final List<Parameter> own = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<HookPoint> points = new ArrayList<>();
    private final List<Projection> projections = new ArrayList<>();

    /** @param path where the layer stands in its model: {@code blocks.0.attn} */
    protected Layer(String path) {
        this.path = path;
    }

    /** From x to the layer's output. A shape that does not fit is reported with this layer's path. */
    public final Tensor forward(Pass pass, Tensor x) {
        try {
            Tensor output = compute(pass, x);
            if (output == null) {
                throw new BrokenPartException(Text.format("%s returned null instead of a tensor",
                        path.isEmpty() ? Origin.of(getClass()) : Text.format("%s (%s)", path, Origin.of(getClass()))));
            }
            pass.returned(this, output);
            return output;
        } catch (ShapeMismatchException mismatch) {
            throw mismatch.at(path);
        }
    }

    /** Computes the output from {@code x}. Each layer implements this; callers use {@link #forward}. */
    protected abstract Tensor compute(Pass pass, Tensor x);

    public final String path() {
        return path;
    }

    /** The layers this one is made of, in the order they were added. */
    public final List<Layer> parts() {
        return List.copyOf(parts);
    }

    /** All parameters, those of parts included, in a fixed order. */
    public final List<Parameter> parameters() {
        return Stream.concat(own.stream(), parts.stream().flatMap(part -> part.parameters().stream())).toList();
    }

    /** All untrained cells, those of parts included, in a fixed order. */
    public final List<Buffer> buffers() {
        return Stream.concat(buffers.stream(), parts.stream().flatMap(part -> part.buffers().stream())).toList();
    }

    /** Everything that has to be filled before the layer runs: parameters, then buffers. */
    public final List<Cell> cells() {
        return Stream.concat(parameters().stream(), buffers().stream()).toList();
    }

    /** What is projected after every step of training, as this layer and its parts ask for it; in a fixed order. */
    public final List<Projection> kept() {
        return Stream.concat(parts.stream().flatMap(part -> part.kept().stream()), projections.stream()).toList();
    }

    /** All hook points, those of parts included. */
    public final List<HookPoint> hookPoints() {
        return Stream.concat(points.stream(), parts.stream().flatMap(part -> part.hookPoints().stream())).toList();
    }

    /** Makes {@code layer} a part of this one. */
    protected final <L extends Layer> L part(L layer) {
        parts.add(layer);
        return layer;
    }

    /** A parameter of this layer. */
    protected final Parameter parameter(String name, Shape shape, Initializer initializer) {
        Parameter parameter = new Parameter(name(name), shape, initializer);
        own.add(parameter);
        return parameter;
    }

    /** An untrained cell of this layer. */
    protected final Buffer buffer(String name, Shape shape, Initializer initializer) {
        Buffer buffer = new Buffer(name(name), shape, initializer);
        buffers.add(buffer);
        return buffer;
    }

    /** Asks that {@code parameter}, of this layer or of a part, is projected after every step of training. */
    protected final void keep(Parameter parameter, Projection.Onto onto) {
        projections.add(new Projection(parameter, onto));
    }

    /** A hook point at an operation's boundary. */
    protected final HookPoint boundary(String name) {
        HookPoint point = HookPoint.boundary(name(name));
        points.add(point);
        return point;
    }

    /** A hook point inside an operation. */
    protected final HookPoint interior(String name) {
        HookPoint point = HookPoint.interior(name(name));
        points.add(point);
        return point;
    }

    /** Its structure: parts, cells, shapes and how many parameters there are. */
    @Override
    public String toString() {
        return Structure.of(this);
    }

    private String name(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
