package io.fluxo.cuda;

import io.fluxo.backend.BackendProvider;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.engine.CudaProvider;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.cuda.nd4j.AnyNd4j;
import io.fluxo.cuda.nd4j.Nd4jProvider;
import io.fluxo.cuda.torch.TorchProvider;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;
import java.nio.file.Path;

/**
 * Backends on native libraries: {@code cuda}, Fluxo's own engine on GPUs, and {@code cuda-tf32}, the same with products in TF32; {@code nd4j}, by itself and by the name of the natives it runs on; and {@code torch}.
 */
public final class CudaPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        Installation installation = Installation.here();
        CudaDriver driver = new CudaDriver();
        Nd4jProvider onCpu = new Nd4jProvider(Natives.NATIVE, installation, driver);
        Nd4jProvider onGpu = new Nd4jProvider(Natives.CUDA, installation, driver);
        to.add(BackendProvider.KIND, "nd4j", new AnyNd4j(onCpu, onGpu));
        to.add(BackendProvider.KIND, "nd4j-native", onCpu);
        to.add(BackendProvider.KIND, "nd4j-cuda", onGpu);
        CudaLibraries libraries = CudaLibraries.here();
        Path kernels = installation.cache().resolve("kernels");
        to.add(BackendProvider.KIND, "cuda", new CudaProvider("cuda", Precision.F32, libraries, kernels));
        to.add(BackendProvider.KIND, "cuda-tf32", new CudaProvider("cuda-tf32", Precision.TF32, libraries, kernels));
        to.add(BackendProvider.KIND, "torch", new TorchProvider(installation));
    }
}
