package io.fluxo.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.PrimitiveOp.MergeAxes;
import io.fluxo.tensor.Tensor;
import java.util.List;
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
        assertThat(last.outputs().get(1).isNew()).isTrue();
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
        assertThatThrownBy(() -> recorder.add(new Action.SideBySide(List.of()), List.of(), List.of(Writing.given(1))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
