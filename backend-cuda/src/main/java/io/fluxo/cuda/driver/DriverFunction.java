package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;

/**
 * The functions of the CUDA driver that are used. Device addresses are longs; handles (contexts, streams, modules, graphs) are pointers. The symbols with a
 * version are what the header's names stand for.
 */
enum DriverFunction implements NativeFunction {

    INIT("cuInit", JAVA_INT),
    ERROR_NAME("cuGetErrorName", JAVA_INT, ADDRESS),
    ERROR_TEXT("cuGetErrorString", JAVA_INT, ADDRESS),

    DEVICE_COUNT("cuDeviceGetCount", ADDRESS),
    DEVICE("cuDeviceGet", ADDRESS, JAVA_INT),
    DEVICE_NAME("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT),
    DEVICE_ATTRIBUTE("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT),
    DEVICE_MEMORY("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT),

    CONTEXT_RETAIN("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT),
    CONTEXT_RELEASE("cuDevicePrimaryCtxRelease_v2", JAVA_INT),
    CONTEXT_CURRENT("cuCtxSetCurrent", ADDRESS),

    ALLOCATE("cuMemAlloc_v2", ADDRESS, JAVA_LONG),
    FREE("cuMemFree_v2", JAVA_LONG),
    ALLOCATE_PINNED("cuMemAllocHost_v2", ADDRESS, JAVA_LONG),
    FREE_PINNED("cuMemFreeHost", ADDRESS),
    COPY_TO_DEVICE("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
    COPY_TO_HOST("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS),
    COPY_ON_DEVICE("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
    SET_BYTES("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, ADDRESS),

    STREAM_CREATE("cuStreamCreate", ADDRESS, JAVA_INT),
    STREAM_DESTROY("cuStreamDestroy_v2", ADDRESS),
    STREAM_SYNCHRONIZE("cuStreamSynchronize", ADDRESS),
    CAPTURE_BEGIN("cuStreamBeginCapture_v2", ADDRESS, JAVA_INT),
    CAPTURE_END("cuStreamEndCapture", ADDRESS, ADDRESS),
    GRAPH_INSTANTIATE("cuGraphInstantiateWithFlags", ADDRESS, ADDRESS, JAVA_LONG),
    GRAPH_LAUNCH("cuGraphLaunch", ADDRESS, ADDRESS),
    GRAPH_DESTROY("cuGraphDestroy", ADDRESS),
    GRAPH_EXEC_DESTROY("cuGraphExecDestroy", ADDRESS),

    EVENT_CREATE("cuEventCreate", ADDRESS, JAVA_INT),
    EVENT_DESTROY("cuEventDestroy_v2", ADDRESS),
    EVENT_RECORD("cuEventRecord", ADDRESS, ADDRESS),
    EVENT_SYNCHRONIZE("cuEventSynchronize", ADDRESS),

    MODULE_LOAD("cuModuleLoadData", ADDRESS, ADDRESS),
    MODULE_UNLOAD("cuModuleUnload", ADDRESS),
    MODULE_FUNCTION("cuModuleGetFunction", ADDRESS, ADDRESS, ADDRESS),
    FUNCTION_SET("cuFuncSetAttribute", ADDRESS, JAVA_INT, JAVA_INT),
    LAUNCH("cuLaunchKernel", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    private final Signature signature;

    DriverFunction(String symbol, MemoryLayout... parameters) {
        this.signature = Signature.of(symbol, parameters);
    }

    @Override
    public Signature signature() {
        return signature;
    }
}
