package io.fluxo.cuda;

import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.nd4j.AnyNd4j;
import io.fluxo.cuda.nd4j.Installation;
import io.fluxo.cuda.nd4j.Natives;
import io.fluxo.cuda.nd4j.Nd4jProvider;
import io.fluxo.plugin.FluxoPlugin;

/** Backends for accelerators: {@code nd4j}, by itself and by the name of the natives it runs on. */
public final class CudaPlugin extends FluxoPlugin {

    @Override
    protected void contribute() {
        Installation installation = Installation.here();
        CudaDriver driver = new CudaDriver();
        Nd4jProvider onCpu = new Nd4jProvider(Natives.NATIVE, installation, driver);
        Nd4jProvider onGpu = new Nd4jProvider(Natives.CUDA, installation, driver);
        backend("nd4j", new AnyNd4j(onCpu, onGpu));
        backend("nd4j-native", onCpu);
        backend("nd4j-cuda", onGpu);
    }
}
