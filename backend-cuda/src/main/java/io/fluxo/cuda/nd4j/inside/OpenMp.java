package io.fluxo.cuda.nd4j.inside;

/** OpenMP's own setting, which nd4j-api does not reach; the class that does comes with the natives, and is not there to compile against. */
final class OpenMp {

    private OpenMp() {}

    /** From now on nd4j's loops run on the calling thread, when it calls. */
    static void useOneThread() {
        try {
            Class<?> holder = Class.forName("org.nd4j.nativeblas.NativeOpsHolder");
            Object natives = holder.getMethod("getDeviceNativeOps").invoke(holder.getMethod("getInstance").invoke(null));
            Class.forName("org.nd4j.nativeblas.NativeOps").getMethod("setOmpNumThreads", int.class).invoke(natives, 1);
        } catch (ReflectiveOperationException other) {
            throw new IllegalStateException("this is not the nd4j that Fluxo was written for: " + other, other);
        }
    }
}
