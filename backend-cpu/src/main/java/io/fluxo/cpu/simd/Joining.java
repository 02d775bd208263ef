package io.fluxo.cpu.simd;

import io.fluxo.cpu.simd.Gemm.Batch;
import io.fluxo.cpu.simd.Gemm.Product;
import io.fluxo.cpu.simd.Kernel.Form.Adds;
import io.fluxo.cpu.simd.Kernel.Form.Follows;
import io.fluxo.cpu.simd.Kernel.Form.Includes;
import io.fluxo.cpu.simd.Kernel.Form.Multiplies;
import io.fluxo.cpu.simd.Kernel.Form.Other;
import io.fluxo.op.PrimitiveOp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Joins neighbours of a recorded step where it is known what is read later: an activation, the sum with the residual stream and a norm follow
 * in a product's epilogue, while its rows are in the cache; a sum and its norm are one pass over rows; products that do not depend on each
 * other run side by side. Every element is computed as before, so the bits are the same. What looks into the stream keeps a step from being
 * recorded, so that no hook loses anything.
 */
final class Joining {

    private static final PrimitiveOp.Binary ADD = new PrimitiveOp.Add();

    private final Gemm gemm;
    private final Workers workers;
    private final Memory memory;
    private final Object result;

    /** @param result the array that is read after the step */
    Joining(Gemm gemm, Workers workers, Memory memory, Object result) {
        this.gemm = gemm;
        this.workers = workers;
        this.memory = memory;
        this.result = result;
    }

    List<Instruction> join(List<Instruction> step) {
        List<Instruction> chained = new ArrayList<>();
        for (int i = 0; i < step.size();) {
            Chain chain = new Chain(step, i);
            while (chain.takesNext()) { }
            chained.add(chain.joined());
            i = chain.end;
        }
        return sideBySide(chained);
    }

    /** An instruction and those after it that can follow at once where it has finished some rows. */
    private final class Chain {
        private final List<Instruction> step;
        private final Instruction first;
        private final int columns;
        private final List<Epilogue> epilogues = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final List<Object> reads;
        private final List<Object> writes;
        private Product product;
        private Object finished;
        private int end;

        private Chain(List<Instruction> step, int at) {
            this.step = step;
            first = step.get(at);
            end = at + 1;
            reads = new ArrayList<>(first.reads());
            writes = new ArrayList<>(first.writes());
            names.add(first.op());
            product = switch (first.kernel().form()) {
                case Multiplies(Product own) -> own;
                case Includes(Product own, Function<Product, Runnable> _) -> own;
                case Adds _, Follows _, Other _ -> null;
            };
            if (product != null) {
                finished = product.c().array();
                columns = product.n();
            } else if (first.kernel().form() instanceof Adds adds) {
                finished = adds.y();
                columns = adds.columns();
            } else {
                columns = 0;
            }
        }

        /** Takes the next instruction into the chain, if it may. */
        private boolean takesNext() {
            if (finished == null || end == step.size() || !Epilogue.fits(columns) || columns == 0) {
                return false;
            }
            Instruction next = step.get(end);
            if (next.writes().stream().anyMatch(array -> Instruction.contains(reads, array) || Instruction.contains(writes, array))
                    || next.reads().stream().anyMatch(array -> array != finished && Instruction.contains(writes, array))) {
                return false;
            }
            Object made = switch (next.kernel().form()) {
                case Follows follows when follows.x() == finished && follows.columns() == columns && mayFollow(follows.epilogue()) -> {
                    epilogues.add(follows.epilogue());
                    yield follows.y();
                }
                case Adds adds when product != null && adds.columns() == columns && (adds.a() == finished ^ adds.b() == finished) -> {
                    add(adds, adds.a() == finished ? adds.b() : adds.a());
                    yield adds.y();
                }
                case Multiplies _, Includes _, Adds _, Follows _, Other _ -> null;
            };
            if (made == null) {
                return false;
            }
            reads.addAll(next.reads());
            writes.addAll(next.writes());
            names.add(next.op());
            finished = made;
            end++;
            return true;
        }

        private boolean mayFollow(Epilogue epilogue) {
            return product == null ? epilogue.wholeRows() : !epilogue.wholeRows() || gemm.finishesWholeRows(product);
        }

        /** y = product + other. A product that nobody else reads is not kept: its place is y. */
        private void add(Adds adds, float[] other) {
            float[] y = adds.y();
            boolean inPlace = epilogues.isEmpty() && !product.c().equals(product.start()) && isDead(finished, end + 1);
            if (inPlace) {
                product = product.into(Matrix.of(y, columns));
            }
            Epilogue.Span sum = inPlace ? (from, to) -> Elementwise.same(ADD, y, other, y, from, to)
                    : (from, to) -> Elementwise.same(ADD, adds.a(), adds.b(), y, from, to);
            epilogues.add(Epilogue.elementwise(columns, sum));
        }

        /** Whether nothing reads {@code array} from instruction {@code from} on before it is written anew. */
        private boolean isDead(Object array, int from) {
            for (int i = from; i < step.size(); i++) {
                if (step.get(i).reads(array)) {
                    return false;
                }
                if (step.get(i).writes(array)) {
                    return true;
                }
            }
            return array != result;
        }

        private Instruction joined() {
            if (epilogues.isEmpty()) {
                return first;
            }
            Kernel kernel = switch (first.kernel().form()) {
                case Multiplies _ -> multiplies(product.with(epilogues));
                case Includes(Product _, Function<Product, Runnable> with) -> Kernel.of(with.apply(product.with(epilogues)));
                case Adds adds -> Kernel.of(rows(adds));
                case Follows _, Other _ -> throw new IllegalStateException("nothing follows " + first.op());
            };
            memory.takeBack();
            return new Instruction(String.join(" + ", names), kernel, reads, writes);
        }

        /** A sum, and what follows it row by row. */
        private Runnable rows(Adds adds) {
            return workers.plan(adds.rows(), 1, 0.4 * columns + 10, (from, to, _) -> {
                Elementwise.same(ADD, adds.a(), adds.b(), adds.y(), from * columns, to * columns);
                for (int i = 0; i < epilogues.size(); i++) {
                    epilogues.get(i).body().over(from, to, 0, columns);
                }
            });
        }
    }

    private Kernel multiplies(Product product) {
        return new Kernel(gemm.plan(List.of(Batch.of(product))), new Multiplies(product));
    }

    /** Queries, keys and values are three products of one input. */
    private List<Instruction> sideBySide(List<Instruction> step) {
        List<Instruction> joined = new ArrayList<>();
        List<Instruction> together = new ArrayList<>();
        for (Instruction next : step) {
            boolean multiplies = next.kernel().form() instanceof Multiplies;
            if (!multiplies || !together.stream().allMatch(next::dependsNotOn)) {
                flush(together, joined);
            }
            if (multiplies) {
                together.add(next);
            } else {
                joined.add(next);
            }
        }
        flush(together, joined);
        return joined;
    }

    private void flush(List<Instruction> together, List<Instruction> joined) {
        if (together.size() == 1) {
            joined.addAll(together);
        } else if (!together.isEmpty()) {
            Kernel kernel = Kernel.of(gemm.plan(together.stream().map(one -> Batch.of(((Multiplies) one.kernel().form()).product())).toList()));
            memory.takeBack();
            joined.add(new Instruction(String.join(", ", together.stream().map(Instruction::op).toList()), kernel,
                    together.stream().flatMap(one -> one.reads().stream()).toList(), together.stream().flatMap(one -> one.writes().stream()).toList()));
        }
        together.clear();
    }
}
