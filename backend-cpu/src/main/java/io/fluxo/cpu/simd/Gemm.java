package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.MicroKernel.HEIGHT;
import static io.fluxo.cpu.simd.Panels.WIDTH;

import io.fluxo.cpu.simd.Workers.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * Products in float32 (Goto and van de Geijn 2008): blocks of A and B that stay in the caches, read where they lie or packed where that would
 * be slow. Work is shared out by rows of C, or by panels where that is fairer; what an element adds up, and in which order, depends on
 * neither.
 */
final class Gemm {

    /** Depth of a block: what a panel and a strip of this depth take stays near the first-level cache. */
    private static final int DEPTH = 384;
    /** Rows of A that are used together, while they are in the second-level cache. */
    private static final int ROWS = 8 * HEIGHT;
    /** Multiply-adds below which sharing out costs more than it saves. */
    private static final long SHARE = 1 << 16;
    /** Tasks for each worker where panels are shared out: one that is held up leaves its share to the others. */
    private static final int TASKS = 4;

    private static final int STRIPS = ROWS * DEPTH + Lanes.BLOCK; // packing writes whole vectors
    private static final int TILE = HEIGHT * WIDTH;

    private final Memory memory;
    private final Workers workers;
    private final float[][] scratch;

    Gemm(Memory memory, Workers workers) {
        this.memory = memory;
        this.workers = workers;
        this.scratch = new float[workers.count()][STRIPS + TILE];
    }

    /**
     * c(i, j) = start(i, j) + Σ_p a(i, p)·b(p, j), added in this order.
     *
     * @param c     m × n, with columns side by side
     * @param start a bias, the same for every row; c itself, to add to what is there; or null for zero
     */
    record Product(int m, int n, int k, Matrix a, Matrix b, Matrix c, Matrix start) {

        private int strips() {
            return share(m, HEIGHT);
        }

        private int panels() {
            return Panels.count(n);
        }
    }

    /** Products shared out as a whole: neighbours stay with one worker. */
    record Batch(List<Product> products) {

        static Batch of(Product product) {
            return new Batch(List.of(product));
        }
    }

    /**
     * Computes products that do not depend on each other, side by side.
     *
     * @param beside what else may run meanwhile
     */
    void multiply(List<Batch> batches, Part... beside) {
        List<Part> first = new ArrayList<>();
        List<Part> then = new ArrayList<>();
        List<Plan> plans = new ArrayList<>();
        for (Batch batch : batches) {
            List<Part> parts = new ArrayList<>();
            for (Product product : batch.products) {
                if (product.m > 0 && product.n > 0) {
                    Plan plan = plan(product, share(workers.count(), batch.products.size()));
                    plans.add(plan);
                    plan.addTo(first, parts, scratch);
                }
            }
            then.add(Part.inTurn(parts));
        }
        then.addAll(List.of(beside));
        workers.run(first);
        workers.run(then);
        for (Plan plan : plans) {
            if (plan.packed != null) {
                memory.release(plan.packed);
            }
        }
    }

    /** @param hands how many workers have this product for themselves */
    private Plan plan(Product product, int hands) {
        int strips = product.strips();
        int panels = product.panels();
        float[] packed = Panels.readable(product.b, product.n) ? null : memory.borrow(Panels.size(product.k, product.n));
        if (workers.count() == 1 || (long) product.m * product.n * product.k < SHARE) {
            return new Plan(product, packed, product.m, panels);
        }
        if (strips * share(panels, hands) < share(strips, hands) * panels) {
            return new Plan(product, packed, product.m, share(panels, hands * TASKS));
        }
        int rows = share(strips, hands * share(share(strips, hands), ROWS / HEIGHT)) * HEIGHT; // as many tasks for each worker
        return new Plan(product, packed, rows, panels);
    }

    private static int share(int whole, int hands) {
        return (whole + hands - 1) / hands;
    }

    /**
     * How a product is shared out.
     *
     * @param packed where B is packed, or null where it is read in place
     * @param rows   of a task, and
     * @param panels of a task; all of one or of both
     */
    private record Plan(Product product, float[] packed, int rows, int panels) {

        /** A task of all rows packs its own panels; otherwise they are packed before. */
        private void addTo(List<Part> first, List<Part> then, float[][] scratch) {
            if (rows >= product.m) {
                then.add(Part.of(product.panels(), panels, (from, to, worker) -> {
                    pack(from, to);
                    compute(0, product.m, from, to, scratch[worker]);
                }));
            } else {
                if (packed != null) {
                    first.add(Part.of(product.panels(), 1, (from, to, _) -> pack(from, to)));
                }
                then.add(Part.of(product.m, rows, (from, to, worker) -> compute(from, to, 0, product.panels(), scratch[worker])));
            }
        }

        /** Packs some panels of B, one depth block after the other; nothing where B is read in place. */
        private void pack(int fromPanel, int toPanel) {
            Matrix b = product.b;
            for (int p = 0; packed != null && p < product.k; p += DEPTH) {
                Panels block = right(p);
                for (int panel = fromPanel; panel < toPanel; panel++) {
                    block.pack(b.from(p * b.rowStride()), depth(p), product.n, panel);
                }
            }
        }

        /** B from row {@code p} on, one depth block of it. */
        private Panels right(int p) {
            return packed == null ? Panels.inPlace(product.b).from(p) : Panels.packed(packed, p * product.panels() * WIDTH, depth(p));
        }

        private int depth(int p) {
            return Math.min(DEPTH, product.k - p);
        }

        private Matrix start(int row, int column) {
            Matrix start = product.start;
            return start == null ? Strips.ZEROS : start.from(row * start.rowStride() + column);
        }

        /** Some rows of C by some of its panels. */
        private void compute(int fromRow, int toRow, int fromPanel, int toPanel, float[] scratch) {
            Matrix a = product.a;
            Matrix c = product.c;
            for (int i = fromRow; i < toRow; i += ROWS) {
                int height = Math.min(ROWS, toRow - i);
                for (int p = 0; p < product.k || p == 0; p += DEPTH) {
                    Strips left = Strips.of(a.from(i * a.rowStride() + p * a.columnStride()), height, depth(p), scratch);
                    Panels right = right(p);
                    for (int panel = fromPanel; panel < toPanel; panel++) {
                        int j = panel * WIDTH;
                        Matrix target = c.from(i * c.rowStride() + j);
                        Matrix start = p > 0 ? target : start(i, j);
                        left.times(right, panel, depth(p), target, Math.min(WIDTH, product.n - j), start, scratch, STRIPS);
                    }
                }
            }
        }
    }
}
