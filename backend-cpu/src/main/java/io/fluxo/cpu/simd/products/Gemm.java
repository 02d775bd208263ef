package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.products.MicroKernel.HEIGHT;
import static io.fluxo.cpu.simd.products.Panels.WIDTH;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.cpu.simd.workers.Workers.TaskGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Products in float32 (Goto and van de Geijn 2008): blocks of A and B that stay in the caches, read where they lie or packed where that would
 * be slow. Work is shared out by rows of C, or by panels where that is fairer; what an element adds up, and in which order, depends on
 * neither.
 */
public final class Gemm {

    /** Largest depth of a block: large, so that C is read and written rarely. */
    private static final int DEPTH = 768;
    /** Panels that stay in the second-level cache at that depth. Each strip of A comes from farther away, once for all of them. */
    private static final int GROUP = 4;
    /** Rows of A that are multiplied by each group of panels. */
    private static final int ROWS = 64 * HEIGHT;
    /** Most rows of a task. */
    private static final int TASK = 16 * HEIGHT;
    /** Multiply-adds below which sharing out costs more than it saves. */
    private static final long SHARE = 1 << 16;
    /** Largest packed B, in floats, that each worker packs for itself: packing it is faster than reading it from another core's cache. */
    private static final int OWN = 1 << 16;
    /** Tasks for each worker where panels are shared out: one that is held up leaves its share to the others. */
    private static final int TASKS = 4;

    private static final int STRIPS = ROWS * DEPTH + Lanes.BLOCK; // packing writes whole vectors
    private static final int TILE = HEIGHT * WIDTH;

    private final Memory memory;
    private final Workers workers;
    private final float[][] scratch;

    public Gemm(Memory memory, Workers workers) {
        this.memory = memory;
        this.workers = workers;
        this.scratch = new float[workers.count()][STRIPS + TILE];
    }

    /**
     * c(i, j) = start(i, j) + Σ_p a(i, p)·b(p, j), added in this order.
     *
     * @param c     m × n, with columns side by side
     * @param start a bias, the same for every row; c itself, to add to what is there; or null for zero
     * @param then  what is done with finished elements of c, one after the other
     */
    public record Product(int m, int n, int k, StridedMatrix a, StridedMatrix b, StridedMatrix c, StridedMatrix start, List<Epilogue> then) {

        public Product(int m, int n, int k, StridedMatrix a, StridedMatrix b, StridedMatrix c, StridedMatrix start) {
            this(m, n, k, a, b, c, start, List.of());
        }

        /** The same, with something to follow. */
        public Product with(List<Epilogue> epilogues) {
            return new Product(m, n, k, a, b, c, start, epilogues);
        }

        /** The same in another place. */
        public Product into(StridedMatrix other) {
            return new Product(m, n, k, a, b, other, start, then);
        }

        private int panels() {
            return Panels.count(n);
        }
    }

    /** The sizes of a product: m × k times k × n. */
    public record Sizes(int m, int n, int k) {

        private int strips() {
            return share(m, HEIGHT);
        }

        private int panels() {
            return Panels.count(n);
        }
    }

    /** Products shared out as a whole: neighbours stay with one worker. */
    public record Batch(List<Product> products) {

        public static Batch of(Product product) {
            return new Batch(List.of(product));
        }
    }

    /**
     * Products that do not depend on each other, side by side.
     *
     * @param beside other tasks that may run at the same time
     */
    public Runnable plan(List<Batch> batches, TaskGroup... beside) {
        List<TaskGroup> first = new ArrayList<>();
        List<TaskGroup> then = new ArrayList<>();
        List<ProductPlan> plans = new ArrayList<>();
        for (Batch batch : batches) {
            List<TaskGroup> parts = new ArrayList<>();
            for (Product product : batch.products) {
                if (product.m > 0 && product.n > 0) {
                    ProductPlan plan = plan(product, share(workers.count(), batch.products.size()));
                    plans.add(plan);
                    plan.addTo(first, parts, scratch);
                }
            }
            then.add(TaskGroup.inTurn(parts));
        }
        then.addAll(List.of(beside));
        Runnable packing = workers.plan(first);
        Runnable computing = workers.plan(then);
        List<Packed> own = plans.stream().map(ProductPlan::packed).filter(Packed::own).toList();
        return () -> {
            for (int i = 0; i < own.size(); i++) {
                Arrays.fill(own.get(i).ready, false);
            }
            packing.run();
            computing.run();
        };
    }

    /** Whether a product of these sizes finishes whole rows, which it does unless it is shared out by panels. */
    public boolean finishesWholeRows(Sizes sizes) {
        return cut(sizes, workers.count()).panels == sizes.panels();
    }

    /**
     * How a product is shared out.
     *
     * @param rows   rows of a task
     * @param panels panels of a task; a task has all rows, all panels, or both
     * @param copies of a packed B
     */
    private record Cut(int rows, int panels, int copies) {}

    /** @param sharers how many workers share this product */
    private Cut cut(Sizes sizes, int sharers) {
        int strips = sizes.strips();
        int panels = sizes.panels();
        if (workers.count() == 1 || (long) sizes.m * sizes.n * sizes.k < SHARE) {
            return new Cut(sizes.m, panels, 1);
        }
        if (strips * share(panels, sharers) < share(strips, sharers) * panels) {
            int each = share(panels, sharers * TASKS);
            return new Cut(sizes.m, FewRows.are(sizes.m) ? share(each * WIDTH, FewRows.unit()) * FewRows.unit() / WIDTH : each, 1);
        }
        int rows = share(strips, sharers * share(share(strips, sharers), TASK / HEIGHT)) * HEIGHT; // as many tasks for each worker
        return new Cut(rows, panels, Panels.size(sizes.k, sizes.n) <= OWN ? workers.count() : 1);
    }

    private ProductPlan plan(Product product, int sharers) {
        Cut cut = cut(new Sizes(product.m, product.n, product.k), sharers);
        return new ProductPlan(product, packed(product, cut.copies), cut);
    }

    private Packed packed(Product product, int copies) {
        return FewRows.are(product.m) || Panels.readable(product.b, product.n) ? Packed.IN_PLACE
                : new Packed(memory.lend(copies, Panels.size(product.k, product.n)), new boolean[copies]);
    }

    /**
     * Where B is packed.
     *
     * @param arrays none where it is read in place; one for all workers; or one for each, which packs it when it first needs it
     * @param ready  which of these hold it
     */
    private record Packed(float[][] arrays, boolean[] ready) {

        private static final Packed IN_PLACE = new Packed(new float[0][], new boolean[0]);

        private boolean inPlace() {
            return arrays.length == 0;
        }

        private boolean own() {
            return arrays.length > 1;
        }

        private float[] of(int worker) {
            return switch (arrays.length) {
                case 0 -> null;
                case 1 -> arrays[0];
                default -> arrays[worker];
            };
        }
    }

    private static int share(int whole, int sharers) {
        return (whole + sharers - 1) / sharers;
    }

    /** The size of parts of a whole that are at most {@code most}: as few as possible, of one size. */
    private static int evenly(int whole, int most) {
        return Math.max(1, share(whole, Math.max(1, share(whole, most))));
    }

    /** A product's tasks. */
    private record ProductPlan(Product product, Packed packed, Cut cut) {

        /** A task that has all rows packs its own panels. Otherwise each worker packs all panels for itself, or they are packed before. */
        private void addTo(List<TaskGroup> first, List<TaskGroup> then, float[][] scratch) {
            if (cut.rows >= product.m) {
                then.add(TaskGroup.of(product.panels(), cut.panels, (from, to, worker) -> {
                    pack(from, to, packed.of(worker));
                    compute(0, product.m, from, to, packed.of(worker), scratch[worker]);
                }));
                return;
            }
            if (!packed.inPlace() && !packed.own()) {
                first.add(TaskGroup.of(product.panels(), 1, (from, to, worker) -> pack(from, to, packed.of(worker))));
            }
            then.add(TaskGroup.of(product.m, cut.rows, (from, to, worker) -> {
                if (packed.own() && !packed.ready[worker]) {
                    pack(0, product.panels(), packed.of(worker));
                    packed.ready[worker] = true;
                }
                compute(from, to, 0, product.panels(), packed.of(worker), scratch[worker]);
            }));
        }

        /** Packs some panels of B, one depth block after the other; nothing where B is read in place. */
        private void pack(int fromPanel, int toPanel, float[] packed) {
            StridedMatrix b = product.b;
            for (int p = 0; packed != null && p < product.k; p += block()) {
                Panels block = right(p, packed);
                for (int panel = fromPanel; panel < toPanel; panel++) {
                    block.pack(b.from(p * b.rowStride()), depth(p), product.n, panel);
                }
            }
        }

        /** B from row {@code p} on, one depth block of it. */
        private Panels right(int p, float[] packed) {
            return packed == null ? Panels.inPlace(product.b).from(p) : Panels.packed(packed, p * product.panels() * WIDTH, depth(p));
        }

        /** Depth of the blocks: as few blocks as possible, all of one depth. */
        private int block() {
            return evenly(product.k, DEPTH);
        }

        private int depth(int p) {
            return Math.min(block(), product.k - p);
        }

        private StridedMatrix start(int row, int column) {
            StridedMatrix start = product.start;
            return start == null ? Strips.ZEROS : start.from(row * start.rowStride() + column);
        }

        /** Some rows of C by some of its panels. */
        private void compute(int fromRow, int toRow, int fromPanel, int toPanel, float[] packed, float[] scratch) {
            if (FewRows.are(product.m)) {
                computeFew(fromPanel * WIDTH, Math.min(toPanel * WIDTH, product.n));
                return;
            }
            int rows = evenly(share(toRow - fromRow, HEIGHT), ROWS / HEIGHT) * HEIGHT;
            for (int i = fromRow; i < toRow; i += rows) {
                int height = Math.min(rows, toRow - i);
                for (int p = 0; p < product.k || p == 0; p += block()) {
                    add(i, height, p, fromPanel, toPanel, packed, scratch);
                }
                follow(i, i + height, fromPanel * WIDTH, Math.min(toPanel * WIDTH, product.n));
            }
        }

        private void follow(int fromRow, int toRow, int fromColumn, int toColumn) {
            for (int e = 0; e < product.then.size(); e++) {
                product.then.get(e).body().over(fromRow, toRow, fromColumn, toColumn);
            }
        }

        /** Some columns of all rows of C. */
        private void computeFew(int from, int to) {
            for (int i = 0; i < product.m; i++) {
                begin(i, from, to);
            }
            FewRows.add(product.m, product.k, product.a, product.b, product.c, from, to);
            follow(0, product.m, from, to);
        }

        /** Puts what the sums of row {@code i} begin with into C. */
        private void begin(int i, int from, int to) {
            int at = product.c.at() + i * product.c.rowStride();
            StridedMatrix start = product.start;
            if (start == null) {
                Arrays.fill(product.c.array(), at + from, at + to, 0);
            } else {
                System.arraycopy(start.array(), start.at() + i * start.rowStride() + from, product.c.array(), at + from, to - from);
            }
        }

        /**
         * Adds one depth block to some rows of C. A tile reads more of B than of A in the same time, so B stays in the second-level cache, and each
         * strip of A is read from beyond it once for as many panels as fit there.
         */
        private void add(int i, int height, int p, int fromPanel, int toPanel, float[] packed, float[] scratch) {
            StridedMatrix a = product.a;
            StridedMatrix c = product.c;
            Strips left = Strips.of(a.from(i * a.rowStride() + p * a.columnStride()), height, depth(p), toPanel - fromPanel, scratch);
            Panels right = right(p, packed);
            for (int group = fromPanel; group < toPanel; group += GROUP) {
                int end = Math.min(toPanel, group + GROUP);
                for (int row = 0; row < height; row += HEIGHT) {
                    for (int panel = group; panel < end; panel++) {
                        int j = panel * WIDTH;
                        StridedMatrix target = c.from(i * c.rowStride() + j);
                        StridedMatrix start = p > 0 ? target : start(i, j);
                        left.times(row, right, panel, depth(p), target, Math.min(WIDTH, product.n - j), start, scratch, STRIPS);
                    }
                }
            }
        }
    }
}
