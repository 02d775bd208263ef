package io.fluxo.cpu.simd.memory;

import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands out arrays and takes them back when scopes close, so that a loop that makes the same tensors in every round allocates none after the
 * first. Arrays are rounded up to whole blocks of 16, and floats have one more that a strip at the end of a matrix may read; they come back with
 * whatever was in them.
 */
public final class Memory {

    private Pool<float[]> floats = new Pool<>(float[]::new);
    private Pool<int[]> ints = new Pool<>(int[]::new);
    private final Pool<float[]> working = new Pool<>(float[]::new);
    private final List<float[]> lent = new ArrayList<>();
    private final SimdScope root = new SimdScope(null);
    private SimdScope current = root;

    /** Storage of one or more tensors: freed with the scope that owns it. */
    public static final class ArrayBuffer {
        private Object array;
        private SimdScope owner;
        private int place;
        private int handles = 1;
        private boolean left;
        /** How much of it tensors hold, where more may follow; 0 where nothing may. */
        private int filled;

        private ArrayBuffer(Object array) {
            this.array = array;
        }

        /** A buffer that no scope owns. */
        public static ArrayBuffer lasting(Object array) {
            return new ArrayBuffer(array);
        }

        /** The Java array, or null once it has been freed. */
        public Object array() {
            return array;
        }

        /** Whether this is still the place of what it was made for. */
        public boolean isInUse() {
            return array != null && !left;
        }

        /** Whether exactly one tensor uses it. */
        public boolean isAlone() {
            return handles == 1;
        }

        /** Says that what lies behind the first {@code elements} is nobody's, so that more may be put there. */
        void mayGrow(int elements) {
            filled = elements;
        }

        /** Whether more may follow on the first {@code before} elements, up to {@code after} of them in all. */
        boolean hasRoom(int before, int after) {
            return filled == before && array instanceof float[] floats && Lanes.padded(after) + Lanes.BLOCK <= floats.length;
        }

        boolean grows(int elements) {
            return filled > 0 && filled == elements;
        }

        /** Counts one more tensor that uses this buffer. */
        void view() {
            handles++;
        }
    }

    /**
     * A buffer an update may write into: {@code buffer} itself, or, where other tensors may stand on it, a copy that lives as long as it does.
     */
    ArrayBuffer writable(ArrayBuffer buffer, DType dtype, int elements) {
        if (buffer.isAlone()) {
            return buffer;
        }
        buffer.left = true;
        ArrayBuffer copy = allocate(dtype, elements, buffer.owner);
        System.arraycopy(buffer.array, 0, copy.array, 0, elements);
        release(buffer);
        return copy;
    }

    public ArrayBuffer allocate(DType dtype, int elements) {
        return allocate(dtype, elements, current);
    }

    private ArrayBuffer allocate(DType dtype, int elements, SimdScope owner) {
        int length = Lanes.padded(elements);
        Object array = switch (dtype) {
            case F32 -> floats.take(length + Lanes.BLOCK);
            case I32 -> ints.take(length);
            case I64 -> new long[length];
            case BOOL -> new boolean[length];
            case F64, BF16 -> throw new IllegalArgumentException("simd has no " + dtype.label());
        };
        ArrayBuffer buffer = new ArrayBuffer(array);
        owner.own(buffer);
        return buffer;
    }

    /** Counts one tensor less on {@code buffer}. Once no tensor uses it, its array can be handed out again. */
    public void release(ArrayBuffer buffer) {
        buffer.handles--;
        if (buffer.handles == 0) {
            buffer.owner.disown(buffer);
            free(buffer);
        }
    }

    /**
     * Lends an array for the duration of one operation, until {@link #takeBack}. Lent arrays never become tensors. Operations run one after the
     * other, so a plan that runs again may keep using the same array, and a worker then finds what it wrote in its cache.
     */
    public float[] lend(int elements) {
        float[] array = working.take(Lanes.padded(elements));
        lent.add(array);
        return array;
    }

    /** Lends one array to each of so many workers. */
    public float[][] lend(int workers, int elements) {
        float[][] rooms = new float[workers][];
        for (int worker = 0; worker < workers; worker++) {
            rooms[worker] = lend(elements);
        }
        return rooms;
    }

    /** Ends the operation: all lent arrays may be lent again. */
    public void takeBack() {
        while (!lent.isEmpty()) { // what was lent first is lent first again
            float[] array = lent.removeLast();
            working.give(array, array.length);
        }
    }

    public TensorScope open() {
        current = new SimdScope(current);
        return current;
    }

    /**
     * Closes {@code scope}, the innermost one. All arrays handed out since it was opened stay with their users: neither they nor the idle arrays are
     * handed out again.
     */
    public void leave(TensorScope scope) {
        if (current != scope) {
            throw new IllegalStateException("scopes must be closed in reverse order of opening");
        }
        current = current.outer;
        floats = new Pool<>(float[]::new);
        ints = new Pool<>(int[]::new);
    }

    private void free(ArrayBuffer buffer) {
        switch (buffer.array) {
            case float[] array -> floats.give(array, array.length);
            case int[] array -> ints.give(array, array.length);
            default -> { } // rare types are left to the garbage collector
        }
        buffer.array = null;
    }

    private final class SimdScope implements TensorScope {
        private final SimdScope outer;
        private final List<ArrayBuffer> owned = new ArrayList<>();

        private SimdScope(SimdScope outer) {
            this.outer = outer;
        }

        @Override
        public <T extends Tensor> T keep(T tensor) {
            ArrayBuffer buffer = ((SimdTensor) (Tensor) tensor).buffer();
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

        private void own(ArrayBuffer buffer) {
            buffer.owner = this;
            buffer.place = owned.size();
            owned.add(buffer);
        }

        private void disown(ArrayBuffer buffer) {
            ArrayBuffer last = owned.removeLast();
            if (last != buffer) {
                owned.set(buffer.place, last);
                last.place = buffer.place;
            }
        }
    }
}
