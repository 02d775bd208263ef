package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;

/** The functions of cuBLASLt, CUDA's matrix products, that are used. Device addresses are longs. */
enum CublasLtFunction implements NativeFunction {

    CREATE("cublasLtCreate", ADDRESS),
    DESTROY("cublasLtDestroy", ADDRESS),
    DESCRIPTION_CREATE("cublasLtMatmulDescCreate", ADDRESS, JAVA_INT, JAVA_INT),
    DESCRIPTION_DESTROY("cublasLtMatmulDescDestroy", ADDRESS),
    DESCRIPTION_SET("cublasLtMatmulDescSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG),
    LAYOUT_CREATE("cublasLtMatrixLayoutCreate", ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
    LAYOUT_DESTROY("cublasLtMatrixLayoutDestroy", ADDRESS),
    LAYOUT_SET("cublasLtMatrixLayoutSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG),
    PREFERENCE_CREATE("cublasLtMatmulPreferenceCreate", ADDRESS),
    PREFERENCE_DESTROY("cublasLtMatmulPreferenceDestroy", ADDRESS),
    PREFERENCE_SET("cublasLtMatmulPreferenceSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG),
    HEURISTIC("cublasLtMatmulAlgoGetHeuristic", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
    MATMUL("cublasLtMatmul", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS,
            JAVA_LONG, JAVA_LONG, ADDRESS);

    private final Signature signature;

    CublasLtFunction(String symbol, MemoryLayout... parameters) {
        this.signature = Signature.of(symbol, parameters);
    }

    @Override
    public Signature signature() {
        return signature;
    }
}
