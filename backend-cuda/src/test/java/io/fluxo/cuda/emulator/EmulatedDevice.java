package io.fluxo.cuda.emulator;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The device of an emulator, beyond what CUDA can say to it. */
public final class EmulatedDevice {

    private final Functions functions;

    private EmulatedDevice(Functions functions) {
        this.functions = functions;
    }

    /** The device of these libraries, which CUDA's functions concern too. */
    public static EmulatedDevice of(Emulator emulator) {
        return new EmulatedDevice(Functions.of(emulator));
    }

    /** From now on threads, warps and blocks run in another order for each seed, the same each time; in the order of their numbers for 0. */
    public void seed(long seed) {
        functions.require("fluxo_emulator_seed", seed);
    }

    /** Everything on the device is destroyed, and an error that stays is forgotten. */
    public void reset() {
        functions.require("fluxo_emulator_reset");
    }

    public void capability(int major, int minor) {
        functions.require("fluxo_emulator_capability", major, minor);
    }

    /** How much memory the device has. */
    public void memory(long bytes) {
        functions.require("fluxo_emulator_memory", bytes);
    }

    /**
     * What the device has now.
     *
     * @param allocations that are not freed
     * @param bytes       in them
     * @param launches    of kernels, since the process began; those in graphs count too
     */
    public record Counts(long allocations, long bytes, long launches) {}

    public Counts counts() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_LONG, 3);
            functions.require("fluxo_emulator_counts", numbers, numbers.asSlice(8), numbers.asSlice(16));
            return new Counts(numbers.getAtIndex(JAVA_LONG, 0), numbers.getAtIndex(JAVA_LONG, 1), numbers.getAtIndex(JAVA_LONG, 2));
        }
    }

    /** What the device does while {@code work} runs is written to {@code folder}, for {@link Replay}. Memory must be allocated within it. */
    public void trace(Path folder, Runnable work) {
        try (Arena arena = Arena.ofConfined()) {
            functions.require("fluxo_emulator_trace", arena.allocateFrom(folder.toString()));
            work.run();
        } finally {
            functions.require("fluxo_emulator_trace", MemorySegment.NULL);
        }
    }
}
