package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fluxo.cuda.emulator.DeviceUnderTest.Compiled;
import org.junit.jupiter.api.Test;

/** The emulator's compiler takes what NVRTC takes, and says what is wrong with the rest. */
class FakeNvrtcTest extends OnEmulatedDevice {

    private static final int INVALID_OPTION = 5;
    private static final int COMPILATION = 6;

    @Test
    void errorsHaveTheKernelsLines() {
        Compiled compiled = device.compile("wrong.cu", "// one\nextern \"C\" __global__ void f(float* x) {\n  __shared__ float a,\n    b[2];\n  x[0] = a + b[0] + c;\n}\n");
        assertThat(compiled.status()).isEqualTo(COMPILATION);
        assertThat(compiled.log()).contains("wrong.cu:5:").contains("‘c’ was not declared");
    }

    @Test
    void atomicSumsOfRealsAreRefused() {
        Compiled compiled = device.compile("sum.cu", "extern \"C\" __global__ void f(float* x) {\n  atomicAdd(x, 1.0f);\n}\n");
        assertThat(compiled.status()).isEqualTo(COMPILATION);
        assertThat(compiled.log()).contains("sum.cu:2:").contains("deleted function").contains("atomicAdd(float*, float)");
    }

    @Test
    void headersOfTheSystemAreNotThere() {
        Compiled compiled = device.compile("include.cu", "#include <math.h>\n");
        assertThat(compiled.status()).isEqualTo(COMPILATION);
        assertThat(compiled.log()).contains("include.cu:1:").contains("math.h");
    }

    @Test
    void optionsAreChecked() {
        String source = "#if A == 3 && __CUDA_ARCH__ == 860\nextern \"C\" __global__ void f() {}\n#else\n#error no\n#endif\n";
        assertThat(device.compile("f.cu", source, "-arch=sm_86", "-DA=3", "--std=c++17", "--fmad=false", "-lineinfo").status()).isZero();
        assertThat(device.compile("f.cu", source, "--gpu-architecture=sm_86", "--define-macro=A=4").log()).contains("#error no");
        Compiled unknown = device.compile("f.cu", source, "-O7");
        assertThat(unknown.status()).isEqualTo(INVALID_OPTION);
        assertThat(unknown.log()).contains("unrecognized option '-O7'");
        assertThat(device.compile("f.cu", source, "--gpu-architecture=sm_12").status()).isEqualTo(INVALID_OPTION);
    }

    @Test
    void kernelsThatAreNotCompiledAreNotThere() {
        long y = device.allocate(4);
        device.launch(device.kernelOf("two.cu", "#if 0\nextern \"C\" __global__ void g() {}\n#endif\nextern \"C\" {\n__global__ void f(float* y) { *y = 3; }\n}\n", "f"), 1, 1, y);
        assertThat(device.floatsAt(y, 1)).containsExactly(3);
    }

    @Test
    void anImageOfAnotherCompilerIsRefused() {
        byte[] image = device.compile("f.cu", "extern \"C\" __global__ void f() {}\n").image();
        device.load(image);
        byte[] foreign = image.clone();
        foreign[0] = 0x7f;
        EmulatorException failure = catchThrowableOfType(EmulatorException.class, () -> device.load(foreign));
        assertThat(failure.status()).isEqualTo(200);
    }
}
