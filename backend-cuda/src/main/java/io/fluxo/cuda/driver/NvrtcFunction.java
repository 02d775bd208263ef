package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;

/** The functions of NVRTC, CUDA's compiler at run time, that are used. */
enum NvrtcFunction implements NativeFunction {

    VERSION("nvrtcVersion", ADDRESS, ADDRESS),
    CREATE("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
    COMPILE("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS),
    CUBIN_SIZE("nvrtcGetCUBINSize", ADDRESS, ADDRESS),
    CUBIN("nvrtcGetCUBIN", ADDRESS, ADDRESS),
    LOG_SIZE("nvrtcGetProgramLogSize", ADDRESS, ADDRESS),
    LOG("nvrtcGetProgramLog", ADDRESS, ADDRESS),
    DESTROY("nvrtcDestroyProgram", ADDRESS),
    ARCHITECTURE_COUNT("nvrtcGetNumSupportedArchs", ADDRESS),
    ARCHITECTURES("nvrtcGetSupportedArchs", ADDRESS);

    private final Signature signature;

    NvrtcFunction(String symbol, MemoryLayout... parameters) {
        this.signature = Signature.of(symbol, parameters);
    }

    @Override
    public Signature signature() {
        return signature;
    }
}
