package io.fluxo.cuda.nd4j.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hands out nd4j's arrays and takes them back when scopes close. Left alone, nd4j frees an array's memory some time after the garbage collector
 * has found it, which a training loop outruns; here every array is handed out again for the same shape, or closed. What lies idle is never
 * more than was once in use at the same time; beyond that, the shapes asked for longest ago are closed first.
 */
final class Nd4jMemory {

    private final Map<Kind, Deque<INDArray>> idle = new LinkedHashMap<>(16, 0.75f, true);
    private final Nd4jScope root = new Nd4jScope(null);
    private Nd4jScope current = root;
    private long bytesInUse;
    private long mostBytesInUse;
    private long bytesIdle;

    private record Kind(DType dtype, Shape shape) {
        private long bytes() {
            return (long) shape.elements() * dtype.bytes();
        }
    }

    /** Storage of one or more tensors: freed with the scope that owns it. */
    static final class Nd4jBuffer {
        private final INDArray array;
        private final Kind kind;
        private final boolean lent;
        private Nd4jScope owner;
        private int views;
        private boolean abandoned;
        private boolean freed;

        private Nd4jBuffer(INDArray array, Kind kind, boolean lent, Nd4jScope owner) {
            this.array = array;
            this.kind = kind;
            this.lent = lent;
            this.owner = owner;
        }

        boolean isFreed() {
            return freed;
        }
    }

    /** A further tensor on a buffer; while its scope is open, an update must not write there. */
    static final class View {
        private final Nd4jBuffer buffer;
        private Nd4jScope owner;

        private View(Nd4jBuffer buffer, Nd4jScope owner) {
            this.buffer = buffer;
            this.owner = owner;
        }
    }

    /** A tensor with undefined contents. */
    Nd4jTensor allocate(Shape shape, DType dtype) {
        return allocate(shape, dtype, current);
    }

    private Nd4jTensor allocate(Shape shape, DType dtype, Nd4jScope owner) {
        Kind kind = new Kind(dtype, shape);
        Nd4jBuffer buffer = new Nd4jBuffer(shape.elements() == 0 ? null : take(kind), kind, false, owner);
        owner.owned.add(buffer);
        return new Nd4jTensor(buffer, null, buffer.array, shape, dtype);
    }

    /** A tensor on an array that is neither to be freed nor written to. */
    Nd4jTensor borrow(INDArray array, Shape shape, DType dtype) {
        Nd4jBuffer buffer = new Nd4jBuffer(array, new Kind(dtype, shape), true, current);
        current.owned.add(buffer);
        return view(buffer, array, shape, dtype);
    }

    /** The elements of {@code tensor}, which are {@code array} under another shape. */
    Nd4jTensor view(Nd4jTensor tensor, INDArray array, Shape shape) {
        return view(tensor.buffer(), array, shape, tensor.dtype());
    }

    private Nd4jTensor view(Nd4jBuffer buffer, INDArray array, Shape shape, DType dtype) {
        View view = new View(buffer, current);
        buffer.views++;
        current.views.add(view);
        return new Nd4jTensor(buffer, view, array, shape, dtype);
    }

    /**
     * The tensor an update may write its result to: one on the buffer of {@code donated}, or, where other tensors stand on that, on a copy that
     * lives as long as it does. The old handle is dead.
     */
    Nd4jTensor takeOver(String op, Nd4jTensor donated) {
        donated.requireAlive();
        Nd4jBuffer buffer = donated.buffer();
        Nd4jTensor result;
        if (buffer.views == 0) {
            result = new Nd4jTensor(buffer, null, buffer.array, donated.shape(), donated.dtype());
        } else {
            result = allocate(donated.shape(), donated.dtype(), buffer.owner);
            if (!donated.isEmpty()) {
                result.array().assign(donated.array());
            }
            buffer.abandoned |= donated.view() == null;                              // goes with the last of its views
        }
        donated.takeOver(op);
        return result;
    }

    private INDArray take(Kind kind) {
        bytesInUse += kind.bytes();
        mostBytesInUse = Math.max(mostBytesInUse, bytesInUse);
        Deque<INDArray> waiting = idle.get(kind);
        INDArray used = waiting == null ? null : waiting.poll();
        if (used != null) {
            bytesIdle -= kind.bytes();
            return used;
        }
        return Nd4j.createUninitialized(Types.of(kind.dtype()), Arrays.stream(kind.shape().sizes()).asLongStream().toArray(), 'c');
    }

    private void free(Nd4jBuffer buffer) {
        buffer.freed = true;
        if (buffer.array != null && !buffer.lent) {
            bytesInUse -= buffer.kind.bytes();
            bytesIdle += buffer.kind.bytes();
            idle.computeIfAbsent(buffer.kind, _ -> new ArrayDeque<>()).push(buffer.array);
        }
    }

    private void closeIdleBeyond(long bytes) {
        Iterator<Map.Entry<Kind, Deque<INDArray>>> oldest = idle.entrySet().iterator();
        while (bytesIdle > bytes && oldest.hasNext()) {
            Map.Entry<Kind, Deque<INDArray>> waiting = oldest.next();
            while (bytesIdle > bytes && !waiting.getValue().isEmpty()) {
                waiting.getValue().poll().close();
                bytesIdle -= waiting.getKey().bytes();
            }
            if (waiting.getValue().isEmpty()) {
                oldest.remove();
            }
        }
    }

    TensorScope open() {
        current = new Nd4jScope(current);
        return current;
    }

    /** Frees everything. */
    void close() {
        while (current != root) {
            current.close();
        }
        root.release();
        closeIdleBeyond(0);
    }

    private final class Nd4jScope implements TensorScope {
        private final Nd4jScope outer;
        private final Set<Nd4jBuffer> owned = new LinkedHashSet<>();
        private final Set<View> views = new LinkedHashSet<>();

        private Nd4jScope(Nd4jScope outer) {
            this.outer = outer;
        }

        @Override
        public <T extends Tensor> T keep(T tensor) {
            Nd4jTensor kept = (Nd4jTensor) (Tensor) tensor;
            Nd4jBuffer buffer = kept.buffer();
            if (owned.remove(buffer)) {
                buffer.owner = outer;
                outer.owned.add(buffer);
            }
            View view = kept.view();
            if (view != null && views.remove(view)) {
                view.owner = outer;
                outer.views.add(view);
            }
            return tensor;
        }

        @Override
        public void close() {
            if (current != this) {
                throw new IllegalStateException("scopes must be closed in reverse order of opening");
            }
            current = outer;
            release();
            closeIdleBeyond(mostBytesInUse);
        }

        private void release() {
            owned.forEach(Nd4jMemory.this::free);
            owned.clear();
            for (View view : views) {
                Nd4jBuffer buffer = view.buffer;
                if (--buffer.views == 0 && buffer.abandoned && buffer.owner.owned.remove(buffer)) {
                    free(buffer);
                }
            }
            views.clear();
        }
    }
}
