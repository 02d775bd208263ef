package io.fluxo.cuda.operation;

import io.fluxo.cuda.driver.MatrixProduct.Epilogue;
import io.fluxo.cuda.operation.Products.RowMajor;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * y = x W + b; ∂x = g Wᵀ, ∂W = xᵀ g and ∂b = Σ g. The bias is added, and its gradient summed, by the product's epilogue where cuBLASLt has one for the sizes.
 */
record LinearKernel(Products products, Elementwise elementwise, Reductions reductions) implements FusedKernel {

    @Override
    public boolean adds() {
        return true;
    }

    private static RowMajor forwardSizes(GpuTensor x, GpuTensor w) {
        return new RowMajor(rows(x, w), w.shape().size(1), w.shape().size(0), false, false, 1, 0, 0);
    }

    /** Rows of x, which may have no columns. */
    private static int rows(GpuTensor x, GpuTensor w) {
        int rows = 1;
        for (int axis = 0; axis < x.rank() - 1; axis++) {
            rows *= x.shape().size(axis);
        }
        return rows;
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        GpuTensor x = in.get(0);
        GpuTensor w = in.get(1);
        GpuTensor y = out.getFirst();
        RowMajor sizes = forwardSizes(x, w);
        if (in.size() < 3) {
            return products.product(sizes, x.address(), w.address(), y.address(), Epilogue.NONE, 0, false);
        }
        GpuTensor b = in.get(2);
        if (products.has(sizes, Epilogue.BIAS)) {
            return products.product(sizes, x.address(), w.address(), y.address(), Epilogue.BIAS, b.address(), false);
        }
        return FusedKernel.both(products.product(sizes, x.address(), w.address(), y.address(), Epilogue.NONE, 0, false), elementwise.add(y, b, y));
    }

    @Override
    public Runnable backward(Pullback pass) {
        GpuTensor x = pass.x();
        GpuTensor w = pass.input(1);
        GpuTensor g = pass.gradient();
        int rows = rows(x, w);
        int width = w.shape().size(0);
        int columns = w.shape().size(1);
        Products.Side gradient = products.side(g.address(), g.elements());                     // of both products
        Products.Side weight = products.side(w.address(), w.elements());
        Products.Side input = products.side(x.address(), x.elements());
        RowMajor ofX = new RowMajor(rows, width, columns, false, true, 1, 0, 0);
        RowMajor ofW = new RowMajor(width, columns, rows, true, false, 1, 0, 0);
        GpuTensor dw = pass.out().get(1);
        List<Runnable> steps = new ArrayList<>(List.of(gradient.rounding(), weight.rounding(), input.rounding(),
                products.product(ofX, gradient, weight, pass.dx().address(), Epilogue.NONE, 0, pass.onto())));
        long db = pass.out().size() > 2 ? pass.out().get(2).address() : 0;
        if (pass.out().size() > 2 && products.has(ofW, Epilogue.SUMS_OF_A)) {
            steps.add(products.product(ofW, input, gradient, dw.address(), Epilogue.SUMS_OF_A, db, false));
        } else {
            steps.add(products.product(ofW, input, gradient, dw.address(), Epilogue.NONE, 0, false));
            if (pass.out().size() > 2) {
                steps.add(reductions.columnSums(g.address(), rows, columns, db));
            }
        }
        return () -> steps.forEach(Runnable::run);
    }
}
