package io.fluxo.cpu.simd.kernel;

import io.fluxo.cpu.simd.kernel.Kernel.Form.Adds;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Follows;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Includes;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Multiplies;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Other;
import io.fluxo.cpu.simd.loops.Elementwise;
import io.fluxo.cpu.simd.products.Epilogue;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.products.Gemm.Batch;
import io.fluxo.cpu.simd.products.Gemm.Product;
import io.fluxo.cpu.simd.products.StridedMatrix;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.PrimitiveOp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Joins several kernels into one. Kernels that follow a product run in its epilogue; kernels that follow a sum run in the same pass over rows. Every
 * element is computed as by the separate kernels in turn, so the bits are the same.
 */
public final class JoinedKernels {

    private static final PrimitiveOp.Binary ADD = new PrimitiveOp.Add();

    private final Workers workers;
    private final Gemm gemm;

    public JoinedKernels(Workers workers, Gemm gemm) {
        this.workers = workers;
        this.gemm = gemm;
    }

    /**
     * The first kernel, and the others on each of its rows.
     *
     * @param keepsFirst whether the first kernel's output is read by others than the second kernel
     */
    public Kernel chain(List<Kernel> links, boolean keepsFirst) {
        Kernel first = links.getFirst();
        List<Kernel> others = links.subList(1, links.size());
        return switch (first.form()) {
            case Multiplies(Product product) -> multiplies(followed(product, others, keepsFirst));
            case Includes(Product product, Function<Product, Runnable> with) -> Kernel.of(with.apply(followed(product, others, keepsFirst)));
            case Adds adds -> Kernel.of(rows(adds, others));
            case Follows _, Other _ -> throw new IllegalStateException("nothing follows on the rows of " + first);
        };
    }

    /** Products that do not depend on each other. */
    public Kernel sideBySide(List<Kernel> parts) {
        return Kernel.of(gemm.plan(parts.stream().map(part -> Batch.of(((Multiplies) part.form()).product())).toList()));
    }

    private Kernel multiplies(Product product) {
        return new Kernel(gemm.plan(List.of(Batch.of(product))), new Multiplies(product));
    }

    private static Product followed(Product product, List<Kernel> others, boolean keepsFirst) {
        Product start = product;
        float[] finished = product.c().array();
        List<Epilogue> epilogues = new ArrayList<>();
        for (Kernel next : others) {
            switch (next.form()) {
                case Follows follows -> {
                    epilogues.add(follows.epilogue());
                    finished = follows.y();
                }
                case Adds adds -> {
                    boolean inPlace = epilogues.isEmpty() && !keepsFirst && !product.c().equals(product.start());
                    if (inPlace) {
                        start = product.into(StridedMatrix.of(adds.y(), adds.columns()));
                    }
                    epilogues.add(sum(adds, finished, inPlace));
                    finished = adds.y();
                }
                case Multiplies _, Includes _, Other _ -> throw new IllegalStateException(next + " does not follow on rows");
            }
        }
        return start.with(epilogues);
    }

    /** y = product + other. A product that nothing else reads is not kept: it is computed in the array of y. */
    private static Epilogue sum(Adds adds, float[] product, boolean inPlace) {
        float[] y = adds.y();
        float[] other = adds.a() == product ? adds.b() : adds.a();
        return Epilogue.elementwise(adds.columns(), inPlace ? (from, to) -> Elementwise.same(ADD, y, other, y, from, to)
                : (from, to) -> Elementwise.same(ADD, adds.a(), adds.b(), y, from, to));
    }

    private Runnable rows(Adds adds, List<Kernel> others) {
        int columns = adds.columns();
        List<Epilogue> epilogues = others.stream().map(next -> ((Follows) next.form()).epilogue()).toList();
        return workers.plan(adds.rows(), 1, 0.4 * columns + 10, (from, to, _) -> {
            Elementwise.same(ADD, adds.a(), adds.b(), adds.y(), from * columns, to * columns);
            for (int i = 0; i < epilogues.size(); i++) {
                epilogues.get(i).body().over(from, to, 0, columns);
            }
        });
    }
}
