package io.fluxo.cuda.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * CUDA's libraries without a GPU: the driver, NVRTC and cuBLASLt over the host's memory. Kernels are compiled by g++ from the sources that a GPU gets, with
 * {@code -DFLUXO_EMULATED}. They are built once, and kept in {@code target/emulator} until their sources change.
 *
 * @param folder      holds {@code libcuda.so.1}, {@code libnvrtc.so.13} and {@code libcublasLt.so.13}: one library under three names, which must be loaded from
 *                    this folder so that the three share one device
 * @param fingerprint stands for the sources and the compiler
 */
public record Emulator(Path folder, String fingerprint) {

    private static final String LIBRARY = "libfluxo-cuda-emulator.so";
    private static final List<String> NAMES = List.of("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    /** What kernels are compiled with stands beside the libraries. */
    private static final List<String> HEADERS = List.of("device.h", "module.h");
    private static final String OBJECTS = "objects";
    /** Sources of the replaying program alone, and those that it shares with the library. */
    private static final List<String> REPLAY = List.of("replay.cpp");
    private static final List<String> UNDER_SANITIZER = List.of("replay_threads.cpp");
    private static final List<String> SHARED = List.of("front_end.cpp", "product.cpp", "failure.cpp");

    /** Made by the first test of this JVM that asks. */
    private static final class Holder {

        private static final Emulator BUILT = build(Compiler.ofThisMachine());
    }

    /** The emulator of this machine. Skips the test where there is no g++. */
    public static Emulator built() {
        Compiler.ofThisMachine();
        return Holder.BUILT;
    }

    /** The driver, NVRTC and cuBLASLt. */
    public Path library() {
        return folder.resolve(NAMES.getFirst());
    }

    /** A copy with a device of its own, which a test may break without harm to others. */
    public Emulator copiedTo(Path other) {
        try {
            Files.copy(folder.resolve(LIBRARY), other.resolve(LIBRARY));
            furnish(other);
            return new Emulator(other, fingerprint);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The program that replays traces. */
    Path replay(Sanitizer sanitizer) {
        return Kept.folder(fingerprint + "-" + sanitizer, making -> {
            Compiler compiler = Compiler.ofThisMachine();
            List<String> flags = List.of("-O1", "-DFLUXO_SANITIZER=\"" + sanitizer.flag() + "\"");
            List<Path> objects = Stream.of(
                    compiler.objects(sources(REPLAY), flags, making).stream(),
                    compiler.objects(sources(UNDER_SANITIZER), List.of("-O1", "-g", sanitizer.flag()), making).stream(),
                    SHARED.stream().map(code -> folder.resolve(OBJECTS).resolve(code + ".o"))).flatMap(stream -> stream).toList();
            compiler.link(objects, List.of(sanitizer.flag()), making.resolve("replay"));
            copyHeaders(making);
        }).resolve("replay");
    }

    private static Emulator build(Compiler compiler) {
        String fingerprint = fingerprint(compiler);
        return new Emulator(Kept.folder(fingerprint, making -> {
            List<Path> codes = codes().filter(code -> !REPLAY.contains(name(code)) && !UNDER_SANITIZER.contains(name(code))).toList();
            Path objects = Files.createDirectory(making.resolve(OBJECTS));
            compiler.link(compiler.objects(codes, List.of("-O2", "-DFLUXO_FINGERPRINT=\"" + fingerprint + "\""), objects), List.of("-shared"), making.resolve(LIBRARY));
            furnish(making);
        }), fingerprint);
    }

    private static void furnish(Path folder) throws IOException {
        for (String name : NAMES) {
            Files.createSymbolicLink(folder.resolve(name), Path.of(LIBRARY));
        }
        copyHeaders(folder);
    }

    private static void copyHeaders(Path folder) throws IOException {
        for (String header : HEADERS) {
            Files.copy(sources().resolve(header), folder.resolve(header));
        }
    }

    private static Path sources() {
        try {
            return Path.of(Emulator.class.getResource("module.h").toURI()).getParent();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<Path> sources(List<String> names) {
        return names.stream().map(sources()::resolve).toList();
    }

    private static Stream<Path> codes() throws IOException {
        return files(sources()).filter(file -> name(file).endsWith(".cpp"));
    }

    private static Stream<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static String fingerprint(Compiler compiler) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(compiler.version().getBytes(StandardCharsets.UTF_8));
            for (Path file : files(sources()).toList()) {
                digest.update(name(file).getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
