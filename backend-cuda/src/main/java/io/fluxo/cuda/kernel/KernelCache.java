package io.fluxo.cuda.kernel;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Machine code on disk, by everything that it depends on: the source, the options, the compiler's version. A file ends in the digest of its contents, so that one that
 * was damaged or half written is compiled again. Where the folder cannot be written to, nothing is kept.
 */
public record KernelCache(Path folder) {

    private static final int DIGEST_BYTES = 32;

    /** The machine code of {@code key}, from the folder or from {@code compiler}. */
    byte[] get(String key, Supplier<byte[]> compiler) {
        return read(file(key)).orElseGet(() -> renewed(key, compiler));
    }

    /** The machine code of {@code key} from {@code compiler}, in the place of what is kept. */
    byte[] renewed(String key, Supplier<byte[]> compiler) {
        byte[] image = compiler.get();
        write(file(key), image);
        return image;
    }

    private Path file(String key) {
        return folder.resolve(HexFormat.of().formatHex(digest(key.getBytes(StandardCharsets.UTF_8))) + ".cubin");
    }

    private static Optional<byte[]> read(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            int length = all.length - DIGEST_BYTES;
            if (length <= 0) {
                return Optional.empty();
            }
            byte[] image = Arrays.copyOf(all, length);
            return Arrays.equals(digest(image), Arrays.copyOfRange(all, length, all.length)) ? Optional.of(image) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private void write(Path file, byte[] image) {
        try {
            Files.createDirectories(folder);
            Path unfinished = Files.createTempFile(folder, "kernel", Text.format(".%d", ProcessHandle.current().pid()));
            byte[] all = Arrays.copyOf(image, image.length + DIGEST_BYTES);
            System.arraycopy(digest(image), 0, all, image.length, DIGEST_BYTES);
            Files.write(unfinished, all);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException notKept) {
            // the next process compiles it again
        }
    }

    private static byte[] digest(byte[] contents) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(contents);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
