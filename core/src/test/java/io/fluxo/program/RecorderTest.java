package io.fluxo.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp.MergeAxes;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is asked for is written down as it came, and values know whose place they stand in. */
class RecorderTest {

    private final Writing on = new Writing();

    @Test
    void operationsInputsAndOutputs() {
        Tensor x = Writing.given(4, 8);
        Tensor w = Writing.given(8, 16);
        Program program = on.program(on.norm(on.add(on.linear(x, w), on.exp(Writing.given(4, 16)))));
        assertThat(program).hasToString("""
                2 ← linear 0, 1
                4 ← exp 3
                5 ← add 2, 4
                6, 7 ← rmsNorm 5""");
        assertThat(program.outside()).extracting(Value::number).containsExactly(0, 1, 3);
        assertThat(program.result().number()).isEqualTo(6);
        assertThat(program.updated()).isEmpty();
    }

    @Test
    void aViewStandsInThePlaceOfWhatItShows() {
        Tensor x = Writing.given(2, 4, 8);
        Program program = on.program(on.exp(on.compute(new MergeAxes(0), x)));
        assertThat(program.instructions().getFirst().outputs()).extracting(Value::place).containsExactly(0);
        assertThat(program.instructions().getLast().inputs().getFirst().shape().rank()).isEqualTo(2);
        assertThat(program.updated()).isEmpty();
    }

    @Test
    void anUpdateStandsInThePlaceOfWhatItReplaces() {
        Tensor first = Writing.given(3);
        Tensor second = Writing.given(5);
        Tensor addend = on.exp(Writing.given(5));
        List<Tensor> sums = on.accumulate(first, Writing.given(3), second, addend);
        Program program = on.program(on.exp(sums.get(1)));
        List<Value> outputs = program.instructions().get(1).outputs();
        List<Value> inputs = program.instructions().get(1).inputs();
        assertThat(outputs).extracting(Value::place).containsExactly(inputs.get(0).place(), inputs.get(2).place());
        assertThat(program.updated()).containsExactly(inputs.get(0), inputs.get(2));
    }

    @Test
    void aGradientAddedToASumStandsInItsPlace() {
        Tensor x = Writing.given(4, 8);
        Tensor w = Writing.given(8, 16);
        Tensor sum = on.exp(Writing.given(4, 8));
        List<Tensor> gradients = on.linearBackwardOnto(Writing.given(4, 16), sum, x, w);
        Instruction last = on.program(gradients.getFirst()).instructions().getLast();
        assertThat(last.outputs().get(0).isAt(last.inputs().getLast())).isTrue();
        assertThat(last.outputs().get(0).isNew()).isFalse();
        assertThat(last.outputs().get(1).isNew()).isTrue();
    }

    /** Adam takes over a parameter and its two moments, and reads more: each output stands in the place of the input that it replaces. */
    @Test
    void ofSeveralStatesEachStandsInItsPlace() {
        UpdateOp adam = new UpdateOp.AdamStep(0.9, 0.98, 1e-9, 0, true);
        int read = adam.donated() + 2;
        List<Tensor> in = Stream.generate(() -> Writing.given(3)).limit(2L * read).toList();
        List<Tensor> out = Stream.generate(() -> Writing.given(3)).limit(2L * adam.donated()).toList();
        Recorder recorder = new Recorder();
        recorder.add(new Action.Update(adam, 2), in, out);
        assertThat(recorder.program(out.getFirst()).instructions().getFirst().outputs()).extracting(Value::place).containsExactly(0, 1, 2, read, read + 1, read + 2);
        assertThat(recorder.outside().values()).containsExactlyElementsOf(in);
    }

    @Test
    void aNumberHasOneColumn() {
        assertThat(new Value(0, 0, Shape.of(List.of()), DType.F32).columns()).isEqualTo(1);
        assertThat(new Value(0, 0, Shape.of(3, 0), DType.F32).columns()).isZero();
    }

    /** A backward pass finds what it reads in the order in which it was written, whatever else there is. */
    @Test
    void theInputsOfABackwardPassAreFoundAgain() {
        FusedOp op = new FusedOp.Linear(false);
        for (String result : Arrays.asList("y", null)) {
            for (String sum : Arrays.asList("sum", null)) {
                Action.Backward backward = new Action.Backward(op, 2, result != null, sum != null);
                List<String> inputs = Action.Backward.order("g", List.of("x", "w"), List.of("s", "t"), result, sum);
                assertThat(backward.arguments(inputs)).containsExactly("x", "w");
                assertThat(backward.saved(inputs)).containsExactly("s", "t");
                assertThat(backward.result(inputs)).isEqualTo(result);
                assertThat(inputs).startsWith("g").hasSize(5 + (result == null ? 0 : 1) + (sum == null ? 0 : 1));
            }
        }
    }

    @Test
    void whatIsReturnedMayComeFromOutside() {
        Tensor x = Writing.given(3);
        Program program = on.program(x);
        assertThat(program.outside()).containsExactly(program.result());
    }

    @Test
    void nobodyIsAskedForWhatRulesMake() {
        Recorder recorder = new Recorder();
        assertThatThrownBy(() -> recorder.add(new Action.Chain(List.of()), List.of(), List.of(Writing.given(1)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> recorder.add(new Action.SideBySide(List.of()), List.of(), List.of(Writing.given(1))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
