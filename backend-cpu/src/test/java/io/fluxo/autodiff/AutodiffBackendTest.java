package io.fluxo.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.conformance.ComposedKernels;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tape: what is on it, whose gradients there are, and which tensors a reverse pass gives back. */
class AutodiffBackendTest {

    /** Notes what is released and what is added to in place; the checks inside see whether anything is used afterwards. */
    private static final class Noted extends DelegatingBackend {
        private final List<Tensor> released = new ArrayList<>();
        private int accumulated;
        private int backwardOnto;
        private final List<Boolean> saving = new ArrayList<>();
        private final Shown shown = new Shown(upload(HostArray.of(Shape.of(1), new double[] {3})), Map.of());

        private Noted() {
            super("noted", new CheckedBackend(new ComposedKernels(new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)))));
        }

        @Override
        public void release(Tensor tensor) {
            released.add(tensor);
            super.release(tensor);
        }

        @Override
        public Tensor[] update(UpdateOp op, Tensor... inputs) {
            accumulated += op instanceof UpdateOp.Accumulate ? 1 : 0;
            return super.update(op, inputs);
        }

        @Override
        public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
            saving.add(save);
            return super.runFused(op, save, inputs);
        }

        @Override
        public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
            return Optional.of(shown);
        }

        @Override
        public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
            backwardOnto++;
            return super.backwardOnto(op, inputs, forward, gradient, sum);
        }
    }

    private final Noted backend = new Noted();
    private final AutodiffBackend tape = new AutodiffBackend(backend);
    private final Ops ops = new Ops(tape);
    private final Tensor given = vector(0.5, -2);
    private final Tensor x = tape.watch(given);

    @AfterEach
    void close() {
        tape.close();
        backend.close();
    }

    private Tensor vector(double... values) {
        return backend.upload(HostArray.of(Shape.of(values.length), values));
    }

    private double[] doubles(Tensor tensor) {
        return backend.download(tensor).toDoubles();
    }

    @Test
    void whatIsWatchedAndWhatComesOfItIsOnTheTape() {
        Tensor other = vector(1, 2);
        assertThat(tape.watch(given)).as("once is enough").isSameAs(x);
        assertThat(tape.recorded()).isEqualTo(1);
        assertThat(tape.tracks(x)).isTrue();
        assertThat(tape.tracks(given)).isTrue();
        assertThat(tape.tracks(other)).isFalse();
        assertThat(tape.tracks(ops.exp(other))).isFalse();
        assertThat(tape.tracks(ops.relu(other))).isFalse();
        assertThat(tape.recorded()).isEqualTo(1);
        Tensor sum = ops.add(other, x);
        assertThat(tape.tracks(sum)).isTrue();
        assertThat(tape.tracks(ops.stopGradient(sum))).isFalse();
        assertThat(tape.tracks(ops.less(sum, x))).isFalse();
        assertThat(tape.tracks(ops.cast(sum, DType.I32))).isFalse();
        assertThat(tape.recorded()).isEqualTo(2);
        assertThat(tape.value(other)).isSameAs(other);
        assertThat(tape.value(x)).isSameAs(given);
        assertThat(tape.download(sum).toDoubles()).containsExactly(1.5, 0);
        assertThat(sum).hasToString("tracked(" + tape.value(sum) + ")");
        assertThat(sum.dtype()).isEqualTo(DType.F64);
        tape.close();
        assertThat(tape.recorded()).isZero();
        assertThat(tape.tracks(given)).isFalse();
        assertThat(doubles(given)).as("the backend is still open").containsExactly(0.5, -2);
    }

    @Test
    void gradientsAreThoseOfWhatWasWatched() {
        Tensor other = vector(1, 2);
        assertThatThrownBy(() -> tape.gradients(ops.sumAll(x), List.of(x, other))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gradients: target 1 [2] was never watched");
        assertThat(doubles(tape.gradients(ops.sumAll(ops.mul(x, x)), List.of(given))[0])).as("by the tensor that was watched").containsExactly(1, -4);
        assertThat(doubles(tape.gradients(ops.sumAll(other), List.of(x))[0])).as("the output is not on the tape").containsExactly(0, 0);
        Tensor behind = ops.exp(x);
        assertThat(doubles(tape.gradients(ops.sumAll(x), List.of(behind))[0])).as("the target comes after").containsExactly(0, 0);
    }

    /** The number of each result, last to first, and only of those through which something flows. */
    @Test
    void aReversePassTellsWhereItIs() {
        List<Integer> told = new ArrayList<>();
        tape.watchedBy(told::add);
        Tensor a = ops.exp(x);                  // 1
        ops.sin(x);                             // 2: leads nowhere
        Tensor sum = ops.sumAll(a);             // 3
        ops.cos(x);                             // 4: comes after
        tape.gradients(sum, List.of(x));
        assertThat(told).containsExactly(3, 1);
    }

    /** Three gradients on the way from exp(sin(cos x)) are passed on and given back; the seed is the caller's, and so is what is asked for. */
    @Test
    void whatHasBeenPassedOnIsGivenBack() {
        Tensor inner = ops.cos(x);
        Tensor y = ops.exp(ops.sin(inner));
        Tensor seed = vector(1, 1);
        Tensor[] gradients = tape.gradients(y, seed, List.of(x, inner));
        assertThat(backend.released).hasSize(1).doesNotContain(seed, gradients[0], gradients[1]);
        assertThat(doubles(seed)).containsExactly(1, 1);
        backend.released.clear();
        tape.gradients(y, seed, List.of(x));
        assertThat(backend.released).hasSize(2).doesNotContain(seed);
    }

    /** exp x + sin x + cos x: the second and third gradient of x are added to the first in its place, and given back. */
    @Test
    void aSumOfGradientsGrowsInItsPlace() {
        Tensor y = ops.add(ops.add(ops.exp(x), ops.sin(x)), ops.cos(x));
        double[] found = doubles(tape.gradients(y, vector(1, 1), List.of(x))[0]);
        for (int i = 0; i < 2; i++) {
            double at = doubles(given)[i];
            assertThat(found[i]).isCloseTo(Math.exp(at) + Math.cos(at) - Math.sin(at), within(1e-14));
        }
        assertThat(backend.accumulated).isEqualTo(2);
        assertThat(backend.released).as("two that were added; the seed is held by all").hasSize(2);
    }

    /** An addition passes one tensor on to both its inputs: it is neither added to in place, nor given back while the other holds it. */
    @Test
    void aGradientOfSeveralHoldersStaysAsItIs() {
        Tensor seed = vector(1, 3);
        Tensor a = ops.exp(x);
        Tensor both = ops.add(a, x);
        Tensor[] gradients = tape.gradients(ops.add(both, ops.add(x, x)), seed, List.of(x, a));
        assertThat(doubles(gradients[0])).containsExactly(new double[] {Math.exp(0.5) + 3, 3 * (Math.exp(-2) + 3)}, within(1e-14));
        assertThat(doubles(gradients[1])).containsExactly(1, 3);
        assertThat(doubles(seed)).containsExactly(1, 3);
    }

    /** The gradient of an input that nobody asks for, and one that an addition passed on to both its inputs. */
    @Test
    void whatNobodyNeedsAnyMoreIsGivenBack() {
        Tensor[] gradients = tape.gradients(ops.mul(x, vector(3, 4)), vector(1, 1), List.of(x));
        assertThat(doubles(gradients[0])).containsExactly(3, 4);
        assertThat(backend.released).as("the gradient of what is not watched").hasSize(1).doesNotContain(gradients[0]);
        backend.released.clear();
        Tensor a = ops.exp(x);
        tape.gradients(ops.exp(ops.add(a, a)), vector(1, 1), List.of(x));
        assertThat(backend.released).as("of the sum, and of a").hasSize(2);
    }

    @Test
    void aScopeKeepsWhatIsOnTheTape() {
        Tensor kept;
        Tensor dropped;
        try (TensorScope scope = tape.openScope()) {
            kept = ops.exp(x);
            dropped = ops.sin(x);
            assertThat(scope.keep(kept)).isSameAs(kept);
        }
        assertThat(tape.download(kept).toDoubles()).containsExactly(new double[] {Math.exp(0.5), Math.exp(-2)}, within(1e-15));
        assertThatThrownBy(() -> tape.download(dropped)).isInstanceOf(IllegalStateException.class);
    }

    /** A kernel that adds to the sum so far takes it over, unless another node holds it. */
    @Test
    void aKernelAddsToTheSumThatItTakesOver() {
        Tensor y = ops.add(ops.relu(x), ops.exp(x));
        assertThat(doubles(tape.gradients(y, vector(1, 1), List.of(x))[0])).containsExactly(new double[] {1 + Math.exp(0.5), Math.exp(-2)}, within(1e-14));
        assertThat(backend.backwardOnto).isEqualTo(1);
        Tensor held = ops.add(ops.relu(x), x);
        Tensor seed = vector(1, 1);
        assertThat(doubles(tape.gradients(held, seed, List.of(x))[0])).containsExactly(2, 1);
        assertThat(backend.backwardOnto).as("the seed is the caller's").isEqualTo(1);
        assertThat(doubles(seed)).containsExactly(1, 1);
    }

    /** Another tape records what is done with gradients: nothing of them is given back or overwritten. */
    @Test
    void aroundAnotherTapeNothingIsGivenBack() {
        try (AutodiffBackend outer = new AutodiffBackend(tape)) {
            Ops twice = new Ops(outer);
            Tensor at = outer.watch(x);
            Tensor y = twice.add(twice.add(twice.relu(at), twice.exp(at)), twice.mul(at, at));
            Tensor first = outer.gradients(twice.sumAll(y), List.of(at))[0];
            assertThat(backend.released).isEmpty();
            assertThat(backend.accumulated).isZero();
            Tensor second = tape.gradients(ops.sumAll(first), List.of(x))[0];
            assertThat(doubles(second)).containsExactly(new double[] {Math.exp(0.5) + 2, Math.exp(-2) + 2}, within(1e-14));
        }
    }

    /** A value whose gradient is to be changed, but which the output does not come from: left aside, or computed later. */
    @Test
    void aChangeThatNoGradientPassesIsRefused() {
        Tensor aside = tape.onGradient("aside", ops.neg(x), (inside, gradient) -> gradient);
        Tensor y = ops.exp(x);
        assertThatThrownBy(() -> tape.gradients(ops.sumAll(y), List.of(x))).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the gradient at aside is to be changed, but none flows back through it");
        tape.onGradient("later", ops.neg(aside), (inside, gradient) -> gradient);
        assertThatThrownBy(() -> tape.gradients(ops.sumAll(aside), List.of(x))).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the gradient at later is to be changed");
    }

    /** A kernel saves what its derivative needs where that will be asked for, or where the caller says so. */
    @Test
    void aKernelSavesWhereItHasTo() {
        FusedOp op = new FusedOp.Softmax();
        Tensor unwatched = vector(1, 2);
        tape.runFused(op, false, unwatched);
        tape.runFused(op, true, unwatched);
        tape.runFused(op, false, x);
        assertThat(backend.saving).containsExactly(false, true, true);
    }

    @Test
    void aKernelShowsItsInsideWhereNothingIsRecorded() {
        FusedOp.Inspectable op = new FusedOp.RmsNorm(1e-5, true);
        Tensor unwatched = vector(1, 2);
        Tensor gain = vector(1, 1);
        Set<FusedOp.Inside> wanted = Set.of(FusedOp.Inside.SCALE);
        assertThat(tape.runShowing(op, wanted, unwatched, gain)).contains(backend.shown);
        assertThat(tape.runShowing(op, wanted, x, gain)).isEmpty();
        assertThat(new AutodiffBackend(tape).runShowing(op, wanted, unwatched, gain)).isEmpty();
    }

    @Test
    void aKernelHasNoSecondDerivative() {
        FusedOp op = new FusedOp.Softmax();
        Tensor[] inputs = {x};
        assertThatThrownBy(() -> tape.backward(op, inputs, null, given)).isInstanceOf(IllegalStateException.class).hasMessageContaining("no second derivative");
        assertThatThrownBy(() -> tape.backwardOnto(op, inputs, null, given, given)).isInstanceOf(IllegalStateException.class).hasMessageContaining("no second derivative");
    }

    /** What a backend is called says nothing of what is inside it. */
    private static final class Renamed extends DelegatingBackend {
        private final String name;

        private Renamed(String name, Backend inner) {
            super("renamed", inner);
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }
    }

    @Test
    void kernelsAreLeftOutAroundAnotherTapeWhateverItIsCalled() {
        FusedOp op = new FusedOp.Softmax();
        assertThat(backend.fuses(op)).isTrue();
        assertThat(tape.fuses(op)).isTrue();
        assertThat(new AutodiffBackend(new Renamed("like autodiff(x)", backend)).fuses(op)).isTrue();
        assertThat(new AutodiffBackend(new Renamed("other", tape)).fuses(op)).isFalse();
    }

    @Test
    void whatHasNoGradientIsRefused() {
        Tensor other = vector(1, 2);
        UpdateOp accumulate = new UpdateOp.Accumulate();
        assertThatThrownBy(() -> tape.update(accumulate, other, x)).isInstanceOf(IllegalStateException.class)
                .hasMessage("accumulate has no gradient, but its inputs are being differentiated");
        assertThatThrownBy(() -> tape.updateAll(accumulate, List.<Tensor[]>of(new Tensor[] {other, x}))).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("accumulate has no gradient");
        assertThat(doubles(tape.update(accumulate, vector(1, 2), vector(3, 4))[0])).containsExactly(4, 6);
        assertThat(doubles(tape.updateAll(accumulate, List.<Tensor[]>of(new Tensor[] {vector(1, 2), vector(3, 4)})).getFirst()[0])).containsExactly(4, 6);
        assertThatThrownBy(() -> tape.backward(new FusedOp.Relu(), new Tensor[] {x}, null, other)).isInstanceOf(IllegalStateException.class)
                .hasMessage("kernels have no second derivative: differentiate the composition of relu");
    }

    @Test
    void aRoutineOfATapeAsksEveryTime() {
        int[] asked = {0};
        Routine routine = tape.routine(() -> {
            asked[0]++;
            return ops.exp(x);
        });
        routine.run();
        Tensor last = routine.run();
        assertThat(asked[0]).isEqualTo(2);
        assertThat(tape.tracks(last)).isTrue();
    }

    /** The tape may need it: only the reverse pass gives back. */
    @Test
    void nothingIsReleasedByHand() {
        tape.release(given);
        assertThat(backend.released).isEmpty();
    }
}
