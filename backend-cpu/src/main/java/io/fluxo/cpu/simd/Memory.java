package io.fluxo.cpu.simd;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hands out arrays and takes them back when scopes close, so that a loop that makes the same tensors in every round allocates none after the
 * first. Arrays are rounded up to whole blocks of 16 and come back with whatever was in them.
 */
final class Memory {

    private final Pool<float[]> floats = new Pool<>(float[]::new);
    private final Pool<int[]> ints = new Pool<>(int[]::new);
    private final Pool<float[]> working = new Pool<>(float[]::new);
    private final Scope root = new Scope(null);
    private Scope current = root;

    /** Storage of one or more tensors: freed with the scope that owns it. */
    static final class Buffer {
        private Object array;
        private Scope owner;
        private int place;
        private int handles = 1;

        private Buffer(Object array) {
            this.array = array;
        }

        /** The Java array, or null once it has been freed. */
        Object array() {
            return array;
        }

        /** One more tensor stands on this buffer. */
        void view() {
            handles++;
        }
    }

    /**
     * A buffer an update may write into: {@code buffer} itself, or, where other tensors may stand on it, a copy that lives as long as it does.
     */
    Buffer writable(Buffer buffer, DType dtype, int elements) {
        if (buffer.handles == 1) {
            return buffer;
        }
        Buffer copy = allocate(dtype, elements, buffer.owner);
        System.arraycopy(buffer.array, 0, copy.array, 0, elements);
        release(buffer);
        return copy;
    }

    Buffer allocate(DType dtype, int elements) {
        return allocate(dtype, elements, current);
    }

    private Buffer allocate(DType dtype, int elements, Scope owner) {
        int length = Lanes.padded(elements);
        Object array = switch (dtype) {
            case F32 -> floats.take(length);
            case I32 -> ints.take(length);
            case I64 -> new long[length];
            case BOOL -> new boolean[length];
            case F64, BF16 -> throw new IllegalArgumentException("simd has no " + dtype.label());
        };
        Buffer buffer = new Buffer(array);
        owner.own(buffer);
        return buffer;
    }

    /** One tensor less stands on {@code buffer}; after the last one its array goes to whoever asks next. */
    void release(Buffer buffer) {
        buffer.handles--;
        if (buffer.handles == 0) {
            buffer.owner.disown(buffer);
            free(buffer);
        }
    }

    /**
     * An array for the length of a kernel; give it back by {@link #release}. Such arrays never become tensors: what a worker wrote is still in
     * its cache when the kernel runs again, and another worker that is to write there would have to fetch it first.
     */
    float[] borrow(int elements) {
        return working.take(Lanes.padded(elements));
    }

    void release(float[] array) {
        working.give(array, array.length);
    }

    /** Lends arrays for the length of a kernel: as many as there are workers, each of so many floats, and to each worker the same one again. */
    void withRooms(int workers, int floats, Consumer<float[][]> body) {
        float[][] rooms = new float[workers][];
        for (int worker = 0; worker < workers; worker++) {
            rooms[worker] = borrow(floats);
        }
        body.accept(rooms);
        for (int worker = workers - 1; worker >= 0; worker--) { // what is given last is lent first
            release(rooms[worker]);
        }
    }

    TensorScope open() {
        current = new Scope(current);
        return current;
    }

    private void free(Buffer buffer) {
        switch (buffer.array) {
            case float[] array -> floats.give(array, array.length);
            case int[] array -> ints.give(array, array.length);
            default -> { } // rare types are left to the garbage collector
        }
        buffer.array = null;
    }

    private final class Scope implements TensorScope {
        private final Scope outer;
        private final List<Buffer> owned = new ArrayList<>();

        private Scope(Scope outer) {
            this.outer = outer;
        }

        @Override
        public <T extends Tensor> T keep(T tensor) {
            Buffer buffer = ((SimdTensor) (Tensor) tensor).buffer();
            if (buffer.owner == this) {
                disown(buffer);
                outer.own(buffer);
            }
            return tensor;
        }

        @Override
        public void close() {
            if (current != this) {
                throw new IllegalStateException("scopes must be closed in reverse order of opening");
            }
            owned.forEach(Memory.this::free);
            owned.clear();
            current = outer;
        }

        private void own(Buffer buffer) {
            buffer.owner = this;
            buffer.place = owned.size();
            owned.add(buffer);
        }

        private void disown(Buffer buffer) {
            Buffer last = owned.removeLast();
            if (last != buffer) {
                owned.set(buffer.place, last);
                last.place = buffer.place;
            }
        }
    }
}
