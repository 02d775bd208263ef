package io.fluxo.cuda.driver;

/**
 * A GPU.
 *
 * @param index from 0
 * @param major first number of its compute capability
 * @param minor second number
 */
public record CudaDevice(int index, String name, int major, int minor) {

    /** {@code 8.6} */
    public String capability() {
        return major + "." + minor;
    }
}
