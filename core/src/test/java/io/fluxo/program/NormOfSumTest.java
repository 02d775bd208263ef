package io.fluxo.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A norm joins the sum right before it, where it normalizes the whole of it and reads nothing else of it. */
class NormOfSumTest {

    private final Writing on = new Writing();
    private final Tensor x = Writing.given(4, 16);
    private final Tensor row = Writing.given(16);

    private List<String> joined(Tensor result) {
        return Writing.names(on.program(result).by(List.of(new NormOfSum())));
    }

    @Test
    void aNormJoinsTheSumBeforeIt() {
        assertThat(joined(on.norm(on.add(x, x)))).containsExactly("add + rmsNorm");
    }

    @Test
    void theSumMayBeReadLater() {
        Tensor sum = on.add(x, x);
        assertThat(joined(on.add(on.norm(sum), sum))).containsExactly("add + rmsNorm", "add");
    }

    @Test
    void aStretchedSideIsNotJoined() {
        assertThat(joined(on.norm(on.add(x, row)))).containsExactly("add", "rmsNorm");
    }

    @Test
    void anotherInstructionBetweenThemIsNotCrossed() {
        Tensor sum = on.add(x, x);
        Tensor other = on.exp(x);
        assertThat(joined(on.add(on.norm(sum), other))).containsExactly("add", "exp", "rmsNorm", "add");
    }

    @Test
    void aNormOfSomethingElseIsNotJoined() {
        Tensor sum = on.add(x, x);
        assertThat(joined(on.add(on.norm(x), sum))).containsExactly("add", "rmsNorm", "add");
    }

    @Test
    void aSumThatIsTheGainTooIsNotJoined() {
        Tensor gain = on.add(row, row);
        assertThat(joined(on.forward(new FusedOp.RmsNorm(1e-5, true), gain, gain))).containsExactly("add", "rmsNorm");
    }

    @Test
    void onlyANormJoins() {
        assertThat(joined(on.relu(on.add(x, x)))).containsExactly("add", "relu");
        assertThat(joined(on.norm(on.exp(x)))).contains("rmsNorm");
    }
}
