package io.fluxo.cuda.emulator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A matrix product of cuBLASLt, m × n with k terms in each sum, all by columns and packed; attributes by their numbers. */
final class ProductUnderTest {

    static final int F32 = 0;
    static final int BF16 = 14;
    static final int COMPUTE_F32 = 68;
    static final int COMPUTE_TF32 = 77;
    static final int TRANSPOSE_A = 3;
    static final int TRANSPOSE_B = 4;
    static final int EPILOGUE = 7;
    static final int BIAS = 8;
    static final int AUXILIARY = 11;
    static final int AUXILIARY_LEADING = 12;
    static final int BATCH_COUNT = 5;
    static final int BATCH_STRIDE = 6;
    private static final int WORKSPACE = 1;
    private static final long RESULT_BYTES = 96;
    private static final long WORKSPACE_BYTES = 1 << 20;

    private final DeviceUnderTest device;
    private final MemorySegment handle;
    private final MemorySegment description;
    private final MemorySegment[] layouts;
    private float alpha = 1;
    private float beta;

    ProductUnderTest(DeviceUnderTest device, long m, long n, long k) {
        this(device, COMPUTE_F32, F32, F32, new long[][] {{m, k}, {k, n}, {m, n}});
    }

    /** @param shapes of A, B and D as they are stored */
    ProductUnderTest(DeviceUnderTest device, int compute, int factors, int result, long[][] shapes) {
        this.device = device;
        handle = device.pointer("cublasLtCreate");
        description = device.pointer("cublasLtMatmulDescCreate", compute, F32);
        layouts = new MemorySegment[] {layout(factors, shapes[0]), layout(factors, shapes[1]), layout(result, shapes[2])};
    }

    private MemorySegment layout(int type, long[] shape) {
        return device.pointer("cublasLtMatrixLayoutCreate", type, shape[0], shape[1], shape[0]);
    }

    ProductUnderTest with(int attribute, int value) {
        try (Arena arena = Arena.ofConfined()) {
            device.functions.require("cublasLtMatmulDescSetAttribute", description, attribute, arena.allocateFrom(JAVA_INT, value), 4L);
            return this;
        }
    }

    ProductUnderTest with(int attribute, long value) {
        try (Arena arena = Arena.ofConfined()) {
            device.functions.require("cublasLtMatmulDescSetAttribute", description, attribute, arena.allocateFrom(JAVA_LONG, value), 8L);
            return this;
        }
    }

    /** @param strides of A, B and D */
    ProductUnderTest batches(int count, long... strides) {
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < layouts.length; i++) {
                device.functions.require("cublasLtMatrixLayoutSetAttribute", layouts[i], BATCH_COUNT, arena.allocateFrom(JAVA_INT, count), 4L);
                device.functions.require("cublasLtMatrixLayoutSetAttribute", layouts[i], BATCH_STRIDE, arena.allocateFrom(JAVA_LONG, strides[i]), 8L);
            }
            return this;
        }
    }

    ProductUnderTest scaled(float product, float former) {
        alpha = product;
        beta = former;
        return this;
    }

    /** An algorithm, as cuBLASLt chooses it. */
    byte[] algorithm() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment preference = device.pointer("cublasLtMatmulPreferenceCreate");
            device.functions.require("cublasLtMatmulPreferenceSetAttribute", preference, WORKSPACE, arena.allocateFrom(JAVA_LONG, WORKSPACE_BYTES), 8L);
            MemorySegment result = arena.allocate(RESULT_BYTES);
            MemorySegment found = arena.allocate(JAVA_INT);
            device.functions.require("cublasLtMatmulAlgoGetHeuristic", handle, description, layouts[0], layouts[1], layouts[2], layouts[2], preference, 1, result, found);
            return result.asSlice(0, 64).toArray(JAVA_BYTE);
        }
    }

    /** Without an algorithm of ours. */
    void run(long a, long b, long d, long c) {
        run(a, b, d, c, MemorySegment.NULL, 0, 0);
    }

    void run(long a, long b, long d, long c, byte[] algorithm, long workspace, long workspaceBytes) {
        try (Arena arena = Arena.ofConfined()) {
            run(a, b, d, c, arena.allocateFrom(JAVA_BYTE, algorithm), workspace, workspaceBytes);
        }
    }

    private void run(long a, long b, long d, long c, MemorySegment algorithm, long workspace, long workspaceBytes) {
        try (Arena arena = Arena.ofConfined()) {
            device.functions.require("cublasLtMatmul", handle, description, arena.allocateFrom(JAVA_FLOAT, alpha), a, layouts[0], b, layouts[1],
                    arena.allocateFrom(JAVA_FLOAT, beta), c == 0 ? d : c, layouts[2], d, layouts[2], algorithm, workspace, workspaceBytes, device.stream);
        }
    }
}
