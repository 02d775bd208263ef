package io.fluxo.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What counts as absence, and what does not. */
class DependenceBackendTest {

    private static final double NEGATIVE_INFINITY = Double.NEGATIVE_INFINITY;

    private final DependenceBackend backend = new DependenceBackend();
    private final Ops ops = new Ops(backend);
    private final Tensor x = backend.stream(Shape.of(1, 3, 2));

    @Test
    void sourcesEnterAtTokens() {
        assertThat(of(x)).isEqualTo("row i ← {i}");
        assertThat(of(backend.tokens(Shape.of(1, 3)))).isEqualTo("row i ← {i}");
        assertThat(of(ops.expand(backend.weight(Shape.of(2), DType.F32), Shape.of(1, 3, 2)))).isEqualTo("row i ← {}");
        assertThatThrownBy(() -> backend.tokens(Shape.of(1, 4))).hasMessageContaining("one set of tokens");
        assertThatThrownBy(() -> backend.dependenceOf(ops.sumAll(x))).hasMessageContaining("[batch pos …]");
    }

    @Test
    void zeroBringsNothing() {
        assertThat(of(ops.scale(x, 0))).isEqualTo("row i ← {}");
        assertThat(of(ops.add(ops.scale(x, 0), x))).isEqualTo("row i ← {i}");
        assertThat(of(ops.div(numbers(0, 0, 0, 0, 0, 0), x))).isEqualTo("row i ← {}");
        // row i is the sum of the rows whose weight is not 0
        Tensor weights = backend.upload(HostArray.of(Shape.of(1, 3, 3), new float[] {1, 0, 0, 0, 0, 2, 0, 0, 0}));
        assertThat(of(ops.matMul(weights, x))).isEqualTo("row 1 ← {1}, row 2 ← {3}, row 3 ← {}");
    }

    @Test
    void absentIsInfinityAlone() {
        assertThat(of(ops.exp(ops.add(x, number(NEGATIVE_INFINITY))))).isEqualTo("row i ← {}");
        assertThat(of(ops.exp(ops.add(x, number(-1e9))))).isEqualTo("row i ← {i}");
        // e^(−1e9) is 0 in floats, but not in the reals
        assertThat(of(ops.mul(x, ops.exp(number(-1e9))))).isEqualTo("row i ← {i}");
        assertThat(of(ops.mul(x, ops.exp(number(NEGATIVE_INFINITY))))).isEqualTo("row i ← {}");
        assertThat(of(ops.maximum(x, number(NEGATIVE_INFINITY)))).isEqualTo("row i ← {i}");
        assertThat(of(ops.maximum(x, number(1)))).isEqualTo("row i ← {i}");
    }

    @Test
    void roundedNumbersAreNotKnown() {
        Tensor spuriousZero = ops.sub(ops.add(number(1e20), number(1)), number(1e20));
        assertThat(of(ops.mul(x, spuriousZero))).isEqualTo("row i ← {i}");
        assertThat(of(ops.mul(x, ops.mul(number(1e-200), number(1e-200))))).isEqualTo("row i ← {i}");
        assertThat(of(ops.mul(x, ops.sub(number(0.75), number(0.75))))).isEqualTo("row i ← {}");
        assertThat(of(ops.mul(x, ops.cast(ops.cast(number(-0.5), DType.I32), DType.F32)))).as("truncated, not floored").isEqualTo("row i ← {}");
        assertThat(of(ops.mul(x, ops.sin(number(Math.PI))))).isEqualTo("row i ← {i}");
    }

    /** What f32 and f64 disagree on is not known. */
    @Test
    void whatTypesOfFloatsDisagreeOnIsNotKnown() {
        Tensor zeros = ops.zerosLike(x);
        Tensor one = ops.sub(ops.add(number(0x1p24), number(1)), number(0x1p24));           // 0 in f32
        assertThat(of(ops.where(ops.equal(one, number(1)), zeros, x))).isEqualTo("row i ← {i}");
        assertThat(of(ops.where(ops.equal(number(1e-50), number(0)), x, zeros))).as("0 in f32").isEqualTo("row i ← {i}");
        assertThat(of(ops.where(ops.less(number(Float.MAX_VALUE), number(1e300)), zeros, x))).as("∞ in f32").isEqualTo("row i ← {i}");
        assertThat(of(ops.where(ops.equal(number(0.5), number(0.5)), zeros, x))).isEqualTo("row i ← {}");
    }

    @Test
    void aSumIsKnownWhereNoOrderRoundsIt() {
        Tensor zeros = ops.zerosLike(x);
        Tensor cancels = ops.sumOver(floats(0x1p24f, -0x1p24f, 1), 0);                      // 0 where 1 comes second
        assertThat(of(ops.where(ops.equal(cancels, number(1)), zeros, x))).isEqualTo("row i ← {i}");
        Tensor product = ops.matMul(ops.unsqueeze(floats(0x1p24f, -0x1p24f, 1), 0), ops.unsqueeze(floats(1, 1, 1), 1));
        assertThat(of(ops.where(ops.equal(product, number(1)), zeros, x))).isEqualTo("row i ← {i}");
        assertThat(of(ops.where(ops.equal(ops.sumOver(floats(1024, -1024, 1), 0), number(1)), zeros, x))).isEqualTo("row i ← {}");
    }

    @Test
    void theSignOfZeroIsNotKnown() {
        assertThatThrownBy(() -> ops.div(number(1), ops.scale(x, 0))).isInstanceOf(IllegalStateException.class).hasMessageContaining("+∞ or −∞ may depend on a token");
        assertThatThrownBy(() -> ops.div(x, number(0))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nanHasNoPlaceAmongNumbers() {
        assertThat(of(ops.where(ops.equal(ops.argMax(floats(1, Float.NaN, 2), 0), ops.argMax(floats(0, 1, 0), 0)), ops.zerosLike(x), x))).isEqualTo("row i ← {i}");
    }

    private Tensor floats(float... values) {
        return backend.upload(HostArray.of(Shape.of(values.length), values));
    }

    @Test
    void aConditionIsASource() {
        Tensor ids = backend.tokens(Shape.of(1, 3));
        Tensor third = ops.slice(ids, 1, Dim.of(2), Dim.ONE);
        Tensor zero = ops.constant(Scalar.ZERO, DType.I32);
        assertThat(of(ops.where(ops.less(ids, third), ids, zero))).isEqualTo("row 1 ← {1, 3}, row 2 ← {2, 3}, row 3 ← {3}");
        assertThat(of(ops.where(ops.equal(ids, third), zero, zero))).as("the same either way").isEqualTo("row i ← {}");
        Tensor first = ops.less(ops.iota(1, Shape.of(1, 3), DType.I32), ops.constant(Scalar.ONE, DType.I32));
        assertThat(of(ops.where(first, ids, third))).as("a known condition takes its branch").isEqualTo("row 1 ← {1}, row 2 ← {3}, row 3 ← {3}");
        assertThat(of(ops.where(ops.and(first, ops.equal(ids, third)), ids, zero))).isEqualTo("row 1 ← {1, 3}, row 2 ← {}, row 3 ← {}");
        assertThat(of(ops.where(ops.or(first, ops.equal(ids, third)), ids, zero))).isEqualTo("row 1 ← {1}, row 2 ← {2, 3}, row 3 ← {3}");
    }

    @Test
    void anIndexIsASource() {
        Tensor ids = backend.tokens(Shape.of(1, 3));
        assertThat(of(ops.gather(backend.weight(Shape.of(7, 2), DType.F32), ids))).isEqualTo("row i ← {i}");
        Tensor rows = ops.squeeze(x, 0);
        assertThat(of(ops.gather(rows, ids))).as("any row may be meant").isEqualTo("row i ← {1 … 3}");
        Tensor last = backend.upload(HostArray.of(Shape.of(1, 3), 2, 2, 0));
        assertThat(of(ops.gather(rows, last))).isEqualTo("row 1 ← {3}, row 2 ← {3}, row 3 ← {1}");
        assertThat(of(ops.unsqueeze(ops.scatterAdd(ops.squeeze(last, 0), rows, Dim.of(3)), 0))).isEqualTo("row 1 ← {3}, row 2 ← {}, row 3 ← {1, 2}");
        assertThat(of(ops.unsqueeze(ops.scatterAdd(ops.squeeze(ids, 0), rows, Dim.of(3)), 0))).isEqualTo("row i ← {1 … 3}");
        assertThat(of(ops.cast(ops.argMax(x, 2), DType.F32))).isEqualTo("row i ← {i}");
        assertThatThrownBy(() -> ops.gather(backend.weight(Shape.of(2, 2), DType.F32), last)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anyNumberMayBeMinusInfinity() {
        // −∞ where a token says so: whether the row is empty depends on that token
        Tensor hidden = ops.where(ops.less(x, number(0)), number(NEGATIVE_INFINITY), backend.weight(Shape.of(1, 3, 2), DType.F32));
        assertThat(of(ops.cast(ops.equal(hidden, number(NEGATIVE_INFINITY)), DType.F32))).isEqualTo("row i ← {i}");
        assertThat(of(ops.cast(ops.equal(x, number(NEGATIVE_INFINITY)), DType.F32))).as("a product that overflows").isEqualTo("row i ← {i}");
        assertThat(of(ops.cast(ops.less(number(NEGATIVE_INFINITY), x), DType.F32))).isEqualTo("row i ← {i}");
        assertThat(of(ops.cast(ops.equal(ops.log(x), number(NEGATIVE_INFINITY)), DType.F32))).as("log 0").isEqualTo("row i ← {i}");
        // a mask of padding beside a causal one: what is later stays out
        Tensor scores = ops.matMul(x, x, false, true);
        Tensor padding = ops.less(ops.sum(x, 2), number(0));
        Tensor later = ops.less(ops.iota(0, Shape.of(3, 3), DType.I32), ops.iota(1, Shape.of(3, 3), DType.I32));
        Tensor masked = ops.where(ops.or(later, ops.permute(padding, 0, 2, 1)), number(NEGATIVE_INFINITY), scores);
        assertThat(of(ops.matMul(ops.softmax(masked), x))).isEqualTo("row i ← {1 … i}");
    }

    @Test
    void rowsWithoutAnyPositionGiveZero() {
        Tensor nothing = ops.softmax(ops.expand(number(NEGATIVE_INFINITY), Shape.of(1, 3, 3)));
        assertThat(of(ops.matMul(nothing, x))).isEqualTo("row i ← {}");
    }

    @Test
    void aGradientStopsAndAnInfluenceDoesNot() {
        assertThat(of(ops.stopGradient(x))).isEqualTo("row i ← {i}");
    }

    @Test
    void randomnessIsNoToken() {
        Tensor key = backend.upload(HostArray.of(Shape.of(2), 0x1234_5678_9abc_def0L, 0L));
        assertThat(of(ops.dropout(x, key, 0.5))).isEqualTo("row i ← {i}");
    }

    @Test
    void theWayOutIsClosed() {
        assertThatThrownBy(() -> backend.download(x)).hasMessageContaining("cut its dependence");
        assertThatThrownBy(() -> backend.update(new UpdateOp.Accumulate(), x, x)).hasMessageContaining("accumulate replaces state");
    }

    @Test
    void fewerRowsStandAtTheLastTokens() {
        Tensor last = ops.slice(x, 1, Dim.of(2), Dim.ONE);
        assertThat(backend.dependenceOf(last).isTokenDiagonal()).isTrue();
        Tensor first = ops.slice(x, 1, Dim.of(0), Dim.ONE);
        assertThat(backend.dependenceOf(first).violation(TokenClaim.TOKEN_DIAGONAL)).hasValue("h_3 depends on x_1");
        assertThat(backend.dependenceOf(first).isCausal()).isTrue();
        assertThat(backend.dependenceOf(x).reaches(1, 1)).isTrue();
        assertThat(backend.dependenceOf(x).reaches(1, 2)).isFalse();
    }

    @Test
    void moreThanOneWordOfTokens() {
        DependenceBackend many = new DependenceBackend();
        Tensor x64 = many.stream(Shape.of(2, 100, 1));
        Dependence reach = many.dependenceOf(new Ops(many).matMul(new Ops(many).matMul(x64, x64, false, true), x64));
        assertThat(reach.describe()).isEqualTo("row i ← {1 … 100}");
        assertThat(reach.reaches(0, 99, 1, 0)).isFalse();
    }

    private String of(Tensor tensor) {
        return backend.dependenceOf(tensor).describe();
    }

    private Tensor number(double value) {
        return ops.constant(Scalar.of(value), DType.F32);
    }

    private Tensor numbers(float... values) {
        return backend.upload(HostArray.of(Shape.of(1, 3, 2), values));
    }
}
