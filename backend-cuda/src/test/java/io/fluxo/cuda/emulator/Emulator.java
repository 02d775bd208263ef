package io.fluxo.cuda.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * CUDA's libraries without a GPU: the driver, NVRTC and cuBLASLt over the host's memory. Kernels are compiled by g++ from the sources that a GPU gets, with
 * {@code -DFLUXO_EMULATED}. They are built once, and kept in {@code target/emulator} until their sources change.
 *
 * @param folder holds {@code libcuda.so.1}, {@code libnvrtc.so.13} and {@code libcublasLt.so.13}, which are one library under three names: it must be loaded by
 *               these paths, so that the three share one device
 */
public record Emulator(Path folder) {

    private static final String LIBRARY = "libfluxo-cuda-emulator.so";
    private static final List<String> NAMES = List.of("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    /** What kernels are compiled with: it stands beside the libraries. */
    private static final List<String> FOR_KERNELS = List.of("device.h", "module.h");

    /** Made by the first test of this JVM that asks. */
    private static final class Holder {

        private static final Emulator BUILT = build();
    }

    /** The emulator of this machine. Skips the test where there is no g++. */
    public static Emulator built() {
        Compiler.ofThisMachine();
        return Holder.BUILT;
    }

    public Path cuda() {
        return folder.resolve(NAMES.get(0));
    }

    public Path nvrtc() {
        return folder.resolve(NAMES.get(1));
    }

    public Path cublasLt() {
        return folder.resolve(NAMES.get(2));
    }

    private static Emulator build() {
        Compiler compiler = Compiler.ofThisMachine();
        Path sources = sources();
        String fingerprint = fingerprint(sources, compiler);
        Path kept = kept(fingerprint);
        try {
            if (!Files.isDirectory(kept)) {
                Files.createDirectories(kept.getParent());
                Path making = Files.createTempDirectory(kept.getParent(), "making");
                build(compiler, sources, fingerprint, making);
                putInPlace(making, kept);
            }
            return new Emulator(kept);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void build(Compiler compiler, Path sources, String fingerprint, Path making) throws IOException {
        Path objects = Files.createDirectory(making.resolve("objects"));
        compiler.build(codes(sources).filter(code -> !isOnlyForReplay(code)).toList(), List.of("-O2", "-DFLUXO_FINGERPRINT=\"" + fingerprint + "\""),
                List.of("-shared"), objects, making.resolve(LIBRARY));
        for (String name : NAMES) {
            Files.createSymbolicLink(making.resolve(name), Path.of(LIBRARY));
        }
        for (String header : FOR_KERNELS) {
            Files.copy(sources.resolve(header), making.resolve(header));
        }
    }

    /** Another JVM may have made the same: then that one stays. */
    private static void putInPlace(Path making, Path kept) throws IOException {
        try {
            Files.move(making, kept, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException made) {
            try (Stream<Path> files = Files.walk(making)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static boolean isOnlyForReplay(Path code) {
        return code.getFileName().toString().startsWith("replay");
    }

    /** The C++ sources. */
    static Path sources() {
        try {
            URL one = Emulator.class.getResource("module.h");
            return Path.of(one.toURI()).getParent();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Stream<Path> codes(Path sources) throws IOException {
        try (Stream<Path> files = Files.list(sources)) {
            return files.filter(file -> file.toString().endsWith(".cpp")).sorted().toList().stream();
        }
    }

    /** A folder under {@code target/emulator}. */
    static Path kept(String name) {
        try {
            return Path.of(Emulator.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getParent().resolve("emulator").resolve(name);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Stands for all that the libraries are made of. */
    private static String fingerprint(Path sources, Compiler compiler) {
        try (Stream<Path> files = Files.list(sources)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(compiler.version().getBytes(StandardCharsets.UTF_8));
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
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
