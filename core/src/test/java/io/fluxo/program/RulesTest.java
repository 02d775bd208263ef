package io.fluxo.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Handle;
import io.fluxo.op.PrimitiveOp.MergeAxes;
import io.fluxo.op.PrimitiveOp.SplitAxis;
import io.fluxo.op.PrimitiveOp.StopGradient;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule on programs of a few lines. */
class RulesTest {

    private static final Reach WHOLE = reach(true);
    private static final Reach IN_PARTS = reach(false);

    private final Writing on = new Writing();
    private final Tensor x = Writing.given(4, 32);
    private final Tensor w = Writing.given(32, 16);
    private final Tensor stream = Writing.given(4, 16);

    private static Reach reach(boolean wholeRows) {
        return new Reach() {
            @Override
            public boolean followsOn(int columns) {
                return columns % 16 == 0;
            }

            @Override
            public boolean finishesWholeRows(Instruction product) {
                return wholeRows;
            }
        };
    }

    private List<String> chains(Reach reach, Tensor result) {
        return Writing.names(on.program(result).by(List.of(new LeaveOutViews(), new FollowOnRows(reach))));
    }

    private List<String> sideBySide(Tensor result) {
        return Writing.names(on.program(result).by(List.of(new LeaveOutViews(), new FollowOnRows(WHOLE), new PutSideBySide())));
    }

    @Test
    void anActivationFollowsAProduct() {
        assertThat(chains(WHOLE, on.relu(on.linear(x, w)))).containsExactly("linear + relu");
    }

    @Test
    void theStreamAndANormFollowAProduct() {
        assertThat(chains(WHOLE, on.norm(on.add(stream, on.linear(x, w))))).containsExactly("linear + add + rmsNorm");
    }

    @Test
    void dropoutFollowsAProduct() {
        assertThat(chains(WHOLE, on.norm(on.add(stream, on.dropout(on.linear(x, w)))))).containsExactly("linear + dropout + add + rmsNorm");
    }

    @Test
    void aNormWaitsForWholeRows() {
        assertThat(chains(IN_PARTS, on.norm(on.add(stream, on.linear(x, w))))).containsExactly("linear + add", "rmsNorm");
    }

    @Test
    void aNormFollowsASum() {
        assertThat(chains(IN_PARTS, on.norm(on.add(stream, stream)))).containsExactly("add + rmsNorm");
    }

    @Test
    void onlyANormFollowsASum() {
        assertThat(chains(WHOLE, on.relu(on.add(stream, stream)))).containsExactly("add", "relu");
    }

    @Test
    void anActivationsGradientFollowsAProductsGradient() {
        Tensor hidden = Writing.given(4, 32);
        Tensor gradient = on.linearBackward(stream, x, w).getFirst();
        assertThat(chains(WHOLE, on.reluBackward(gradient, hidden))).containsExactly("linear.backward + relu.backward");
    }

    @Test
    void anActivationsGradientDoesNotFollowOnItsOtherInput() {
        Tensor gradient = on.linearBackward(stream, x, w).getFirst();
        assertThat(chains(WHOLE, on.reluBackward(Writing.given(4, 32), gradient))).containsExactly("linear.backward", "relu.backward");
    }

    @Test
    void whatNeedsAnotherValueOfTheChainWaits() {
        List<Tensor> gradients = on.linearBackward(Writing.given(32, 32), Writing.given(32, 32), Writing.given(32, 32));
        assertThat(chains(WHOLE, on.add(gradients.get(0), gradients.get(1)))).containsExactly("linear.backward", "add");
    }

    @Test
    void aSumWithItselfWaits() {
        Tensor product = on.linear(x, w);
        assertThat(chains(WHOLE, on.add(product, product))).containsExactly("linear", "add");
    }

    @Test
    void aSumThatIsStretchedWaits() {
        assertThat(chains(WHOLE, on.add(on.linear(x, w), Writing.given(16)))).containsExactly("linear", "add");
    }

    @Test
    void whatLooksAtAnEarlierValueOfTheChainWaits() {
        Tensor product = on.linear(x, w);
        on.relu(product);
        assertThat(chains(WHOLE, on.add(product, stream))).containsExactly("linear + relu", "add");
    }

    @Test
    void rowsThatDoNotFitWait() {
        assertThat(chains(WHOLE, on.relu(on.linear(x, Writing.given(32, 17))))).containsExactly("linear", "relu");
    }

    @Test
    void aViewHidesNothing() {
        Tensor product = on.linear(Writing.given(2, 2, 32), w);
        assertThat(chains(WHOLE, on.relu(on.compute(new MergeAxes(0), product)))).containsExactly("linear + relu");
    }

    @Test
    void rowsOfAnotherLengthWait() {
        Tensor split = on.compute(new SplitAxis(1, Dim.of(2), Dim.of(16)), on.linear(x, Writing.given(32, 32)));
        assertThat(chains(WHOLE, on.norm(split))).containsExactly("linear", "rmsNorm");
    }

    @Test
    void anUpdateBeginsNoChain() {
        assertThat(chains(WHOLE, on.norm(on.accumulate(stream, stream).getFirst()))).containsExactly("accumulate", "rmsNorm");
    }

    @Test
    void aStretchedSumBeginsNoChain() {
        assertThat(chains(WHOLE, on.norm(on.add(stream, Writing.given(16))))).containsExactly("add", "rmsNorm");
    }

    @Test
    void rowsOfNothingWait() {
        assertThat(chains(WHOLE, on.relu(on.linear(x, Writing.given(32, 0))))).containsExactly("linear", "relu");
    }

    @Test
    void activationsAndNormsFollowAProductAndNothingElseDoes() {
        for (FusedOp op : List.of(new FusedOp.Gelu(false), new FusedOp.LayerNorm(1e-5, false))) {
            Writing writing = new Writing();
            assertThat(names(writing, writing.forward(op, writing.linear(x, w)))).containsExactly("linear + " + op.name());
        }
        Tensor wide = Writing.given(2, 2, 4, 32);
        Tensor keys = Writing.given(2, 2, 4, 16);
        Tensor angles = Writing.given(2, 8);
        Tensor square = Writing.given(16, 32);
        for (FusedOp op : List.of(new FusedOp.Softmax(), new FusedOp.LogSoftmax(), new FusedOp.Linear(false), new FusedOp.CrossEntropy(),
                new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.ONE, false), new FusedOp.Rotate(FusedOp.Pairs.HALVES))) {
            Writing writing = new Writing();
            Tensor result = switch (op) {
                case FusedOp.Attention _ -> writing.forward(op, writing.linear(wide, w), keys, keys);
                case FusedOp.Rotate _ -> writing.forward(op, writing.linear(wide, w), angles, angles);
                case FusedOp.CrossEntropy _ -> writing.forward(op, writing.linear(square, w), new Handle(Shape.of(16), DType.I32));
                case FusedOp.Linear _ -> writing.forward(op, writing.linear(x, w), Writing.given(16, 16));
                default -> writing.forward(op, writing.linear(x, w));
            };
            assertThat(names(writing, result)).containsExactly("linear", op.name());
        }
    }

    @Test
    void gradientsOfActivationsFollowAProductsGradientAndNothingElseDoes() {
        for (FusedOp op : List.of(new FusedOp.Gelu(true), new FusedOp.Dropout(0.5))) {
            assertThat(afterAProductsGradient(op)).containsExactly("linear.backward + " + op.name() + ".backward");
        }
        for (FusedOp op : List.of(new FusedOp.LayerNorm(1e-5, false), new FusedOp.RmsNorm(1e-5, false), new FusedOp.Linear(false), new FusedOp.Softmax(), new FusedOp.LogSoftmax(),
                new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.ONE, false), new FusedOp.Rotate(FusedOp.Pairs.HALVES), new FusedOp.CrossEntropy())) {
            assertThat(afterAProductsGradient(op)).containsExactly("linear.backward", op.name() + ".backward");
        }
    }

    private List<String> afterAProductsGradient(FusedOp op) {
        Writing writing = new Writing();
        Tensor gradient = writing.linearBackward(stream, x, w).getFirst();
        return names(writing, writing.backward(op, gradient, null, Writing.given(4, 32)).getFirst());
    }

    /** What adds its gradient to a sum reads that sum too. */
    @Test
    void aGradientThatIsAddedToASumWaits() {
        Tensor gradient = on.linearBackward(stream, x, w).getFirst();
        Tensor sum = on.exp(Writing.given(4, 32));
        assertThat(chains(WHOLE, on.backward(new FusedOp.Relu(), gradient, sum, Writing.given(4, 32)).getFirst())).containsExactly("linear.backward", "exp", "relu.backward");
        Tensor before = Writing.given(4, 32);
        Writing writing = new Writing();
        Tensor alone = writing.linearBackward(stream, x, w).getFirst();
        assertThat(names(writing, writing.backward(new FusedOp.Relu(), alone, before, Writing.given(4, 32)).getFirst())).containsExactly("linear.backward", "relu.backward");
    }

    private static List<String> names(Writing writing, Tensor result) {
        return Writing.names(writing.program(result).by(List.of(new FollowOnRows(WHOLE))));
    }

    /** What is joined reads what its parts read, each value once, and makes what they make; what stands alone stays as it is, and so does what is joined already. */
    @Test
    void chainsReadAndMakeWhatTheirLinksDo() {
        Program program = on.program(on.exp(on.relu(on.linear(x, w))));
        Program joined = program.by(List.of(new FollowOnRows(WHOLE)));
        assertThat(joined).hasToString("""
                2, 3 ← linear + relu 0, 1, 2
                4 ← exp 3""");
        assertThat(joined.instructions().getLast()).isSameAs(program.instructions().getLast());
        assertThat(joined.by(List.of(new FollowOnRows(WHOLE)))).isEqualTo(joined);
    }

    @Test
    void updatesAndWhatIsJoinedFollowOnNothing() {
        assertThat(chains(WHOLE, on.accumulate(on.linear(x, w), stream).getFirst())).containsExactly("linear", "accumulate");
        Tensor angles = Writing.given(2, 8);
        Tensor square = Writing.given(32, 32);
        Writing chain = new Writing();
        Program chained = chain.program(chain.relu(chain.linear(chain.linearBackward(stream, x, w).getFirst(), square))).by(List.of(new FollowOnRows(WHOLE)));
        assertThat(Writing.names(chained)).containsExactly("linear.backward", "linear + relu");
        assertThat(chained.by(List.of(new FollowOnRows(WHOLE)))).isEqualTo(chained);
        Writing two = new Writing();
        Tensor gradient = two.linearBackward(stream, x, w).getFirst();
        two.linear(gradient, square);
        Program beside = two.program(two.linear(gradient, square)).by(List.of(new PutSideBySide()));
        assertThat(Writing.names(beside)).containsExactly("linear.backward", "linear, linear");
        assertThat(beside.by(List.of(new FollowOnRows(WHOLE)))).isEqualTo(beside);
    }

    @Test
    void whatRunsSideBySideIsLeftAlone() {
        Tensor q = on.linear(x, w);
        on.linear(x, w);
        Program joined = on.program(on.relu(q)).by(List.of(new PutSideBySide()));
        assertThat(Writing.names(joined)).containsExactly("linear, linear", "relu");
        assertThat(joined.by(List.of(new FollowOnRows(WHOLE)))).isEqualTo(joined);
    }

    @Test
    void stoppingAGradientComputesNothing() {
        assertThat(chains(WHOLE, on.relu(on.compute(new StopGradient(), on.linear(x, w))))).containsExactly("linear + relu");
    }

    @Test
    void productsOfOneInputRunSideBySide() {
        Tensor q = on.linear(x, w);
        on.linear(x, w);
        on.linear(x, w);
        assertThat(sideBySide(on.exp(q))).containsExactly("linear, linear, linear", "exp");
    }

    @Test
    void aProductOfAProductDoesNot() {
        Tensor q = on.linear(x, w);
        assertThat(sideBySide(on.linear(q, Writing.given(16, 16)))).containsExactly("linear", "linear");
    }

    @Test
    void chainsThatBeginWithAProductRunSideBySide() {
        Tensor gate = on.relu(on.linear(x, w));
        on.linear(x, w);
        assertThat(sideBySide(gate)).containsExactly("linear + relu, linear");
    }

    @Test
    void productsApartDoNot() {
        Tensor q = on.linear(x, w);
        on.exp(q);
        assertThat(sideBySide(on.linear(x, w))).containsExactly("linear", "exp", "linear");
    }
}
