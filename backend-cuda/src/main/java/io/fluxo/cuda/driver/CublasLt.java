package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fluxo.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Matrix products by cuBLASLt. The algorithm of a product is chosen once, by cuBLASLt's own estimate, among those that add up in a fixed order, so that a product
 * has the same bits from run to run.
 */
public final class CublasLt implements AutoCloseable {

    private static final int FLOAT = 0;
    private static final int FOUND = 0;
    /** Attributes of a product. */
    private static final int TRANSPOSE_A = 3;
    private static final int TRANSPOSE_B = 4;
    private static final int EPILOGUE = 7;
    private static final int BIAS = 8;
    /** Attributes of a matrix. */
    private static final int BATCH_COUNT = 5;
    private static final int BATCH_STRIDE = 6;
    /** Attributes of a choice. */
    private static final int WORKSPACE_BYTES = 1;
    private static final int SUMMATIONS = 3;
    /** Parts of a sum may be added up in a workspace, but not in place, where the order would be that of arrival. */
    private static final int IN_A_FIXED_ORDER = 2 | 4;
    private static final long RESULT_BYTES = 96;
    private static final long RESULT_STATUS = 72;

    private final NativeLibrary<CublasLtFunction> library;
    private final MethodHandle matmul;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment handle;
    private final MemorySegment one = arena.allocateFrom(JAVA_FLOAT, 1);
    private final MemorySegment zero = arena.allocateFrom(JAVA_FLOAT, 0);
    private final MemorySegment pointer = arena.allocate(JAVA_LONG);
    private final long workspaceBytes;
    private final Map<MatrixProduct, Optional<Ready>> ready = new HashMap<>();

    /** A product's native descriptions, and the algorithm for it. */
    private record Ready(MemorySegment description, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment algorithm) {}

    private CublasLt(NativeLibrary<CublasLtFunction> library, long workspaceBytes) {
        this.library = library;
        this.matmul = library.handle(CublasLtFunction.MATMUL);
        this.workspaceBytes = workspaceBytes;
        this.handle = create(CublasLtFunction.CREATE);
    }

    /** Whether it could be loaded; throws where not. */
    public static void require(CudaLibraries libraries) {
        libraries.load(CudaLibraries.Library.CUBLAS_LT, CublasLtFunction.class);
    }

    /**
     * @param workspaceBytes device memory that every product is given
     * @throws UnusableLibraryException where there is none
     */
    public static CublasLt load(CudaLibraries libraries, long workspaceBytes) {
        return new CublasLt(libraries.load(CudaLibraries.Library.CUBLAS_LT, CublasLtFunction.class), workspaceBytes);
    }

    /** Whether there is an algorithm for {@code product}. */
    public boolean has(MatrixProduct product) {
        return ready(product).isPresent();
    }

    /**
     * Computes a product in the order of {@code stream}. All but {@code stream} are device addresses.
     *
     * @param bias what the epilogue reads or writes; 0 where it needs none
     */
    public void run(MatrixProduct product, long a, long b, long c, long bias, long workspace, MemorySegment stream) {
        Ready prepared = ready(product).orElseThrow(() -> new IllegalStateException("cuBLASLt has no algorithm for " + product));
        if (bias != 0) {
            pointer.set(JAVA_LONG, 0, bias);
            call(CublasLtFunction.DESCRIPTION_SET, prepared.description, BIAS, pointer, JAVA_LONG.byteSize());
        }
        MemorySegment beta = product.adds() ? one : zero;
        int status;
        try {
            status = (int) matmul.invokeExact(handle, prepared.description, one, a, prepared.a, b, prepared.b, beta, c, prepared.c, c, prepared.c,
                    prepared.algorithm, workspace, workspaceBytes, stream);
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(CublasLtFunction.MATMUL, thrown);
        }
        require(CublasLtFunction.MATMUL, status);
    }

    private Optional<Ready> ready(MatrixProduct product) {
        return ready.computeIfAbsent(product, this::prepare);
    }

    private Optional<Ready> prepare(MatrixProduct product) {
        MemorySegment description = create(CublasLtFunction.DESCRIPTION_CREATE, product.precision().compute(), FLOAT);
        set(CublasLtFunction.DESCRIPTION_SET, description, TRANSPOSE_A, product.transposeA() ? 1 : 0);
        set(CublasLtFunction.DESCRIPTION_SET, description, TRANSPOSE_B, product.transposeB() ? 1 : 0);
        set(CublasLtFunction.DESCRIPTION_SET, description, EPILOGUE, product.epilogue().number());
        int type = product.precision().type();
        MemorySegment a = matrix(type, product.transposeA() ? product.k() : product.m(), product.transposeA() ? product.m() : product.k(), product.lda(), product.batch(),
                product.strideA());
        MemorySegment b = matrix(type, product.transposeB() ? product.n() : product.k(), product.transposeB() ? product.k() : product.n(), product.ldb(), product.batch(),
                product.strideB());
        MemorySegment c = matrix(FLOAT, product.m(), product.n(), product.ldc(), product.batch(), product.strideC());
        return algorithm(description, a, b, c).map(algorithm -> new Ready(description, a, b, c, algorithm));
    }

    private MemorySegment matrix(int type, long rows, long columns, long from, int batch, long stride) {
        MemorySegment matrix = create(CublasLtFunction.LAYOUT_CREATE, type, rows, columns, from);
        set(CublasLtFunction.LAYOUT_SET, matrix, BATCH_COUNT, batch);
        setLong(CublasLtFunction.LAYOUT_SET, matrix, BATCH_STRIDE, stride);
        return matrix;
    }

    private Optional<MemorySegment> algorithm(MemorySegment description, MemorySegment a, MemorySegment b, MemorySegment c) {
        MemorySegment preference = create(CublasLtFunction.PREFERENCE_CREATE);
        setLong(CublasLtFunction.PREFERENCE_SET, preference, WORKSPACE_BYTES, workspaceBytes);
        set(CublasLtFunction.PREFERENCE_SET, preference, SUMMATIONS, IN_A_FIXED_ORDER);
        MemorySegment result = arena.allocate(RESULT_BYTES, Long.BYTES);
        MemorySegment count = arena.allocate(JAVA_INT);
        int status = library.call(CublasLtFunction.HEURISTIC, handle, description, a, b, c, c, preference, 1, result, count);
        call(CublasLtFunction.PREFERENCE_DESTROY, preference);
        return status == 0 && count.get(JAVA_INT, 0) == 1 && result.get(JAVA_INT, RESULT_STATUS) == FOUND ? Optional.of(result) : Optional.empty();
    }

    private MemorySegment create(CublasLtFunction function, Object... arguments) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment made = local.allocate(ADDRESS);
            Object[] all = new Object[arguments.length + 1];
            all[0] = made;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            call(function, all);
            return made.get(ADDRESS, 0);
        }
    }

    private void set(CublasLtFunction function, MemorySegment object, int attribute, int value) {
        try (Arena local = Arena.ofConfined()) {
            call(function, object, attribute, local.allocateFrom(JAVA_INT, value), JAVA_INT.byteSize());
        }
    }

    private void setLong(CublasLtFunction function, MemorySegment object, int attribute, long value) {
        try (Arena local = Arena.ofConfined()) {
            call(function, object, attribute, local.allocateFrom(JAVA_LONG, value), JAVA_LONG.byteSize());
        }
    }

    private void call(CublasLtFunction function, Object... arguments) {
        require(function, library.call(function, arguments));
    }

    private static void require(CublasLtFunction function, int status) {
        if (status != 0) {
            throw new CudaException(status, Text.format("%s fails: cuBLAS's error %d", function.symbol(), status));
        }
    }

    @Override
    public void close() {
        ready.values().stream().flatMap(Optional::stream).forEach(one -> {
            call(CublasLtFunction.DESCRIPTION_DESTROY, one.description);
            call(CublasLtFunction.LAYOUT_DESTROY, one.a);
            call(CublasLtFunction.LAYOUT_DESTROY, one.b);
            call(CublasLtFunction.LAYOUT_DESTROY, one.c);
        });
        call(CublasLtFunction.DESTROY, handle);
        arena.close();
    }
}
