package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * The inputs of steps on examples of one form. The tensors stay in their places while their contents change, so that a step can be repeated on them.
 */
final class StepInputs {

    private final Backend backend;
    private final DType dtype;
    private final Form form;
    private Tensor tokens;
    private Tensor targets;
    private Optional<Tensor> weights;

    /**
     * The properties of examples that determine the operations of a step.
     *
     * @param everywhere whether something is asked at every position
     */
    private record Form(int rows, int length, int channels, boolean everywhere) {

        static Form of(Examples examples) {
            return new Form(examples.rows(), examples.length(), examples.channels(), examples.asked() == examples.targets().length);
        }
    }

    /**
     * Tensors that live in the scope which is open now.
     *
     * @param dtype of numbers
     */
    StepInputs(Backend backend, DType dtype, Examples examples) {
        this.backend = backend;
        this.dtype = dtype;
        form = Form.of(examples);
        tokens = backend.upload(tokens(examples));
        targets = backend.upload(targets(examples));
        weights = weights(examples).map(backend::upload);
    }

    boolean fit(Examples examples) {
        return form.equals(Form.of(examples));
    }

    /** Sets the values of another step. */
    void set(Examples examples) {
        tokens = assign(tokens, tokens(examples));
        targets = assign(targets, targets(examples));
        weights = weights.map(old -> assign(old, weights(examples).orElseThrow()));
    }

    /** Ids [batch pos], or [batch pos channel]. */
    Tensor tokens() {
        return tokens;
    }

    /** The id asked for [batch pos]; any where nothing is asked. */
    Tensor targets() {
        return targets;
    }

    /** How much each position counts [batch pos]: alike where something is asked, 0 elsewhere; empty where something is asked everywhere. */
    Optional<Tensor> weights() {
        return weights;
    }

    /** Releases the tensors: no further step uses them. */
    void release() {
        backend.release(tokens);
        backend.release(targets);
        weights.ifPresent(backend::release);
    }

    private Tensor assign(Tensor to, HostArray values) {
        return backend.update(new UpdateOp.Assign(), to, backend.upload(values))[0];
    }

    private Dim batch() {
        return Dim.of("batch", form.rows);
    }

    private Dim pos() {
        return Dim.of("pos", form.length);
    }

    private HostArray tokens(Examples examples) {
        Shape ids = form.channels == 1 ? Shape.of(batch(), pos()) : Shape.of(batch(), pos(), Dim.of("channel", form.channels));
        return HostArray.of(ids, examples.tokens());
    }

    private HostArray targets(Examples examples) {
        int[] ids = examples.targets();
        if (!form.everywhere) {
            ids = Arrays.stream(ids).map(target -> target == Examples.NOTHING ? 0 : target).toArray();
        }
        return HostArray.of(Shape.of(batch(), pos()), ids);
    }

    private Optional<HostArray> weights(Examples examples) {
        if (form.everywhere) {
            return Optional.empty();
        }
        double each = 1.0 / examples.asked();
        double[] weights = Arrays.stream(examples.targets()).mapToDouble(target -> target == Examples.NOTHING ? 0 : each).toArray();
        return Optional.of(HostArray.of(Shape.of(batch(), pos()), dtype, weights));
    }
}
