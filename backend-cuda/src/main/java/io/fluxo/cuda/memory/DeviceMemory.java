package io.fluxo.cuda.memory;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/** Which scope owns which block of device memory. A block is freed with its scope, or once the last tensor on it is released. */
public final class DeviceMemory {

    private final BlockSource blocks;
    private final List<Block> lent = new ArrayList<>();
    private final Scope root = new Scope(null);
    private Scope current = root;

    public DeviceMemory(BlockSource blocks) {
        this.blocks = blocks;
    }

    /** A block of device memory that tensors stand on. */
    public static final class Block {

        private final long address;
        private final long bytes;
        private Scope owner;
        private int place;
        private int tensors = 1;
        private boolean freed;
        private boolean left;

        private Block(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        long address() {
            return address;
        }

        boolean isFreed() {
            return freed;
        }

        /** Whether this is still the place of what it was made for. */
        public boolean isInUse() {
            return !freed && !left;
        }

        /** Whether exactly one tensor stands on it. */
        public boolean isAlone() {
            return tensors == 1;
        }

        void view() {
            tensors++;
        }
    }

    /** A tensor with undefined contents, which the innermost scope owns. */
    public GpuTensor make(Shape shape, DType dtype) {
        return new GpuTensor(allocate(GpuTensor.bytes(shape, dtype), current), shape, dtype);
    }

    private Block allocate(long bytes, Scope owner) {
        Block block = new Block(blocks.take(bytes), bytes);
        owner.own(block);
        return block;
    }

    /**
     * The tensor an update writes its result to, which lives as long as {@code donated} would have; {@code donated} is dead. Where other tensors stand on the
     * same block, the result gets one of its own, with undefined contents.
     */
    public GpuTensor takeOver(String op, GpuTensor donated) {
        Block block = donated.alive();
        donated.end("was taken over by " + op);
        if (block.isAlone()) {
            return new GpuTensor(block, donated.shape(), donated.dtype());
        }
        block.left = true;
        GpuTensor fresh = new GpuTensor(allocate(block.bytes, block.owner), donated.shape(), donated.dtype());
        release(block);
        return fresh;
    }

    /** The same elements under another shape. */
    public GpuTensor view(GpuTensor tensor, Shape shape) {
        Block block = tensor.alive();
        block.view();
        return new GpuTensor(block, shape, tensor.dtype());
    }

    /** Another handle on the same elements, which does not count as a tensor on their block: it stays valid as long as the block is not freed. */
    public static GpuTensor alias(GpuTensor tensor, Shape shape, DType dtype) {
        return new GpuTensor(tensor.block(), shape, dtype);
    }

    public void release(GpuTensor tensor) {
        Block block = tensor.alive();
        tensor.end("was released");
        release(block);
    }

    private void release(Block block) {
        block.tensors--;
        if (block.tensors == 0) {
            block.owner.disown(block);
            free(block);
        }
    }

    private void free(Block block) {
        block.freed = true;
        blocks.give(block.address, block.bytes);
    }

    /** Lends memory for the duration of one operation, until {@link #takeBack}. */
    public long lend(long bytes) {
        Block block = new Block(blocks.take(bytes), bytes);
        lent.add(block);
        return block.address;
    }

    /** Ends the operation: what was lent may be lent again. */
    public void takeBack() {
        while (!lent.isEmpty()) {
            free(lent.removeLast());
        }
    }

    public TensorScope open() {
        current = new Scope(current);
        return current;
    }

    /** Frees everything. */
    public void close() {
        takeBack();
        while (current != root) {
            current.close();
        }
        root.free();
        blocks.close();
    }

    private final class Scope implements TensorScope {

        private final Scope outer;
        private final List<Block> owned = new ArrayList<>();

        private Scope(Scope outer) {
            this.outer = outer;
        }

        private void own(Block block) {
            block.owner = this;
            block.place = owned.size();
            owned.add(block);
        }

        private void disown(Block block) {
            Block last = owned.removeLast();
            if (last != block) {
                owned.set(block.place, last);
                last.place = block.place;
            }
        }

        @Override
        public <T extends Tensor> T keep(T tensor) {
            Block block = ((GpuTensor) (Tensor) tensor).block();
            if (block.owner == this) {
                disown(block);
                outer.own(block);
            }
            return tensor;
        }

        @Override
        public void close() {
            if (current != this) {
                throw new IllegalStateException("scopes must be closed in reverse order of opening");
            }
            current = outer;
            free();
        }

        private void free() {
            owned.forEach(DeviceMemory.this::free);
            owned.clear();
        }
    }
}
