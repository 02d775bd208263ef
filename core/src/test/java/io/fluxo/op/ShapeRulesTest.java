package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the conformance suite cannot see: labels, symbols, and bounds on them. */
class ShapeRulesTest {

    private static final Dim BATCH = Dim.of("batch", 8);
    private static final Dim POS = Dim.of("pos", 128);
    private static final Dim D_MODEL = Dim.of("d_model", 256);

    @Test
    void labelsTravel() {
        Handle x = Handle.f32(BATCH, POS, D_MODEL);
        Handle w = Handle.f32(D_MODEL, Dim.of("d_mlp", 512));
        assertThat(shape(new MatMul(false, false), x, w)).hasToString("[batch=8, pos=128, d_mlp=512]");
        assertThat(shape(new MatMul(false, true), x, x)).hasToString("[batch=8, pos=128, pos=128]");
        assertThat(shape(new Permute(List.of(0, 2, 1)), x)).hasToString("[batch=8, d_model=256, pos=128]");
        assertThat(shape(new Sum(List.of(1), false), x)).hasToString("[batch=8, d_model=256]");
        assertThat(shape(new Slice(1, Dim.of(0), Dim.of(5)), x)).hasToString("[batch=8, pos=5, d_model=256]");
        assertThat(shape(new Add(), x, Handle.f32(D_MODEL))).hasToString("[batch=8, pos=128, d_model=256]");
        assertThat(shape(new Add(), Handle.f32(Dim.of("batch", 1), D_MODEL), Handle.f32(D_MODEL))).as("an axis of one").hasToString("[batch=1, d_model=256]");
        assertThat(shape(new Add(), Handle.f32(D_MODEL), Handle.f32(Dim.of("batch", 1), D_MODEL))).hasToString("[batch=1, d_model=256]");
    }

    @Test
    void aMismatchNamesTheAxes() {
        Handle left = Handle.f32(BATCH, POS, D_MODEL);
        Handle right = Handle.f32(Dim.of("d_mlp", 512), Dim.of("d_model", 128));
        assertThatThrownBy(() -> shape(new MatMul(false, true), left, right)).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("matmul: left [batch=8, pos=128, d_model=256] · right [d_mlp=512, d_model=128]ᵀ: 256 ≠ 128");
    }

    @Test
    void aRowTimesABatchOfMatricesIsRefused() {
        assertThatThrownBy(() -> shape(new MatMul(false, false), Handle.f32(3), Handle.f32(2, 3, 4))).isInstanceOf(ShapeMismatchException.class)
                .hasMessageContaining("the leading axes differ");
    }

    @Test
    void pairsAreTurnedByAnAngleForEachPositionAndPair() {
        FusedOp rotate = new FusedOp.Rotate(FusedOp.Pairs.HALVES);
        Dim m = Dim.symbol("m");
        Handle x = Handle.f32(Dim.symbol("batch"), Dim.symbol("n"), Dim.symbol("head"), Dim.of(2).times(m));
        Handle angles = Handle.f32(Dim.symbol("n"), m);
        assertThat(ShapeRules.KNOWN.shape(rotate, x, angles, angles)).isEqualTo(x.shape());
        assertThatThrownBy(() -> ShapeRules.KNOWN.shape(rotate, Handle.f32(1, 5, 2, 7), angles, angles)).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("rotate: x [1, 5, 2, 7] is not [batch n head 2m]: features are turned in pairs");
        assertThatThrownBy(() -> ShapeRules.KNOWN.shape(rotate, Handle.f32(5, 8), angles, angles)).hasMessageContaining("[5, 8] is not [batch n head 2m]");
        assertThatThrownBy(() -> ShapeRules.KNOWN.shape(rotate, Handle.f32(1, 5, 2, 8), Handle.f32(5, 4), Handle.f32(1, 4))).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("rotate: cos [5, 4] and sin [1, 4] are not [5, 4], one angle for each position and pair of x [1, 5, 2, 8]");
    }

    @Test
    void symbolsSplitAndMerge() {
        Dim heads = Dim.symbol("n_heads");
        Dim dHead = Dim.symbol("d_head");
        Handle x = Handle.f32(Dim.symbol("n"), heads.times(dHead));
        assertThat(shape(new SplitAxis(1, heads, dHead), x)).isEqualTo(Shape.of(Dim.symbol("n"), heads, dHead));
        assertThat(shape(new MergeAxes(1), Handle.f32(Dim.symbol("n"), dHead, heads))).isEqualTo(x.shape());
        assertThatThrownBy(() -> shape(new SplitAxis(1, heads, heads), x)).isInstanceOf(ShapeMismatchException.class);
    }

    @Test
    void undecidedBoundsGoToWhoeverAsked() {
        Handle table = Handle.f32(Dim.symbol("n_ctx"), Dim.symbol("d"));
        Slice slice = new Slice(0, Dim.of(0), Dim.symbol("n"));
        assertThatThrownBy(() -> shape(slice, table)).isInstanceOf(ShapeMismatchException.class).hasMessageContaining("cannot be decided");
        var assumptions = new ArrayList<String>();
        new ShapeRules((smaller, larger, _) -> assumptions.add(smaller + " ≤ " + larger)).shape(slice, table);
        assertThat(assumptions).contains("n ≤ n_ctx");
    }

    @Test
    void typesAreNeitherPromotedNorGuessed() {
        Handle real = Handle.f32(2);
        Handle integer = new Handle(Shape.of(2), DType.I32);
        assertThatThrownBy(() -> ShapeRules.dtype(new Add(), real, integer)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("f32 and i32");
        assertThatThrownBy(() -> ShapeRules.dtype(new Tanh(), integer)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not i32");
        assertThat(ShapeRules.dtype(new Less(), real, real)).isEqualTo(DType.BOOL);
        assertThat(ShapeRules.dtype(new ArgMax(0), real)).isEqualTo(DType.I32);
        assertThat(ShapeRules.dtype(new Gather(), real, integer)).isEqualTo(DType.F32);
    }

    private static Shape shape(PrimitiveOp op, Handle... in) {
        return ShapeRules.KNOWN.shape(op, in);
    }
}
