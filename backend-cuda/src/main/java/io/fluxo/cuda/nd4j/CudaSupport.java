package io.fluxo.cuda.nd4j;

import io.fluxo.cuda.driver.CudaDevice;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.text.Text;
import java.util.List;

/**
 * Whether nd4j-cuda can run on a GPU. nd4j does not say: where it has no code for the GPU it starts, answers that it can run, and fails at the
 * first kernel. So the driver is asked before nd4j is.
 */
final class CudaSupport {

    /** nd4j-cuda 1.0.0-M2.1 holds machine code for compute capabilities from 3.7 to 8.6, and no PTX that a driver could translate for others. */
    private static final int OLDEST = 37;
    private static final int NEWEST = 86;

    private final CudaDriver driver;

    CudaSupport(CudaDriver driver) {
        this.driver = driver;
    }

    /** Whether nd4j can run on the device numbered {@code index}. */
    Device of(int index) {
        return switch (driver.ask()) {
            case CudaDriver.Answer.Nothing(String reason) -> new Device.Unusable(reason + "; use nd4j-native or simd, which run on the CPU");
            case CudaDriver.Answer.Devices(List<CudaDevice> devices) when index >= devices.size() ->
                    new Device.Unusable(Text.format("there is no device %d: this machine's GPUs are 0 … %d", index, devices.size() - 1));
            case CudaDriver.Answer.Devices(List<CudaDevice> devices) -> of(devices.get(index));
        };
    }

    private static Device of(CudaDevice device) {
        int capability = 10 * device.major() + device.minor();
        if (capability < OLDEST || capability > NEWEST) {
            return new Device.Unusable(Text.format("GPU %d, %s, has compute capability %s; nd4j-cuda has code for %s … %s alone: use nd4j-native or simd, which run on the CPU",
                    device.index(), device.name(), device.capability(), words(OLDEST), words(NEWEST)));
        }
        return new Device.Usable(Text.format("GPU %d, %s, compute capability %s", device.index(), device.name(), device.capability()));
    }

    private static String words(int capability) {
        return capability / 10 + "." + capability % 10;
    }
}
