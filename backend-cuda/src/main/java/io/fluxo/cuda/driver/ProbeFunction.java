package io.fluxo.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;

/** The functions that every CUDA driver has, however old: enough to say which GPUs there are. */
enum ProbeFunction implements NativeFunction {

    INIT("cuInit", JAVA_INT),
    ERROR_TEXT("cuGetErrorString", JAVA_INT, ADDRESS),
    DEVICE_COUNT("cuDeviceGetCount", ADDRESS),
    DEVICE("cuDeviceGet", ADDRESS, JAVA_INT),
    DEVICE_NAME("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT),
    DEVICE_ATTRIBUTE("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);

    private final Signature signature;

    ProbeFunction(String symbol, MemoryLayout... parameters) {
        this.signature = Signature.of(symbol, parameters);
    }

    @Override
    public Signature signature() {
        return signature;
    }
}
