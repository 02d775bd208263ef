package io.fluxo.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp.Less;
import io.fluxo.op.PrimitiveOp.MergeAxes;
import io.fluxo.op.PrimitiveOp.Sum;
import io.fluxo.op.PrimitiveOp.Where;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which operations on elements become one. */
class JoinElementwiseTest {

    private final Writing on = new Writing();
    private final Tensor x = Writing.given(4, 16);
    private final Tensor y = Writing.given(4, 16);

    private List<String> joined(Tensor result) {
        return Writing.names(on.program(result).by(List.of(new LeaveOutViews(), new JoinElementwise())));
    }

    @Test
    void neighboursThatReadEachOtherAreOne() {
        assertThat(joined(on.relu(on.exp(on.add(x, y))))).containsExactly("add + exp + relu");
    }

    @Test
    void aLinkMayReadAnyEarlierOne() {
        Tensor sum = on.add(x, y);
        Tensor smaller = on.compute(new Less(), x, y);
        assertThat(joined(on.compute(new Where(), smaller, sum, on.exp(sum)))).containsExactly("add", "less", "exp + where");
        Writing other = new Writing();
        Tensor again = other.add(x, y);
        Tensor grown = other.exp(again);
        assertThat(Writing.names(other.program(other.compute(new Where(), other.compute(new Less(), again, grown), again, grown)).by(List.of(new JoinElementwise()))))
                .containsExactly("add + exp + less + where");
    }

    @Test
    void whatIsStretchedIsReadFromOutside() {
        assertThat(joined(on.add(on.exp(x), Writing.given(16)))).containsExactly("exp + add");
    }

    @Test
    void aResultOfAnotherShapeEndsTheChain() {
        Tensor vector = on.exp(Writing.given(16));
        assertThat(joined(on.add(x, vector))).containsExactly("exp", "add");
    }

    @Test
    void aViewOfAnotherShapeEndsTheChain() {
        assertThat(joined(on.exp(on.compute(new MergeAxes(0), on.exp(x))))).containsExactly("exp", "exp");
    }

    @Test
    void strangersStayApart() {
        on.exp(x);
        assertThat(joined(on.exp(y))).containsExactly("exp", "exp");
    }

    @Test
    void sumsAndProductsAreNoLinks() {
        assertThat(joined(on.exp(on.compute(new Sum(List.of(1), true), on.exp(x))))).containsExactly("exp", "sum", "exp");
        Writing other = new Writing();
        assertThat(Writing.names(other.program(other.relu(other.linear(x, Writing.given(16, 16)))).by(List.of(new JoinElementwise())))).containsExactly("linear", "relu");
    }

    @Test
    void gradientsOfActivationsAreLinksUnlessTheyAreAddedToASum() {
        Tensor gradient = on.exp(x);
        assertThat(joined(on.reluBackward(gradient, y))).containsExactly("exp + relu.backward");
        Writing other = new Writing();
        Tensor sum = Writing.given(4, 16);
        assertThat(Writing.names(other.program(other.backward(new FusedOp.Relu(), other.exp(x), sum, y).getFirst()).by(List.of(new JoinElementwise()))))
                .containsExactly("exp", "relu.backward");
    }

    @Test
    void aChainHasAtMostSixteenLinks() {
        Tensor value = x;
        for (int i = 0; i < 20; i++) {
            value = on.exp(value);
        }
        assertThat(on.program(value).by(List.of(new JoinElementwise())).instructions()).extracting(one -> one.parts().size()).containsExactly(16, 4);
    }
}
