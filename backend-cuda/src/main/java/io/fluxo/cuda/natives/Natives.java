package io.fluxo.cuda.natives;

import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** The machine code that an optional backend runs on: not part of the default download, fetched by {@code ./fluxo install}. */
public enum Natives implements Download {

    /** nd4j on any CPU. */
    NATIVE("nd4j-native", Map.of("linux-x86_64", 129, "linux-arm64", 113, "macosx-x86_64", 98, "macosx-arm64", 67, "windows-x86_64", 145)),

    /** nd4j on NVIDIA GPUs, with CUDA 11.6's libraries. */
    CUDA("nd4j-cuda", Map.of("linux-x86_64", 2460, "windows-x86_64", 2230)),

    /** libtorch on any CPU. */
    TORCH("torch", Map.of("linux-x86_64", 113, "macosx-x86_64", 95, "macosx-arm64", 68, "windows-x86_64", 99));

    private final String label;
    private final Map<String, Integer> megabytes;

    Natives(String label, Map<String, Integer> megabytes) {
        this.label = label;
        this.megabytes = megabytes;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String content() {
        return "natives";
    }

    @Override
    public SortedSet<String> platforms() {
        return new TreeSet<>(megabytes.keySet());
    }

    @Override
    public int megabytes(String platform) {
        return megabytes.get(platform);
    }

    /** This machine as the libraries' authors name it: {@code linux-x86_64}. */
    public static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (system.startsWith("mac") ? "macosx" : system.startsWith("windows") ? "windows" : "linux") + "-" + switch (processor) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm64";
            default -> processor;
        };
    }
}
