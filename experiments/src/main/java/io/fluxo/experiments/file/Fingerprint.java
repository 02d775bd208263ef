package io.fluxo.experiments.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What identifies a file's content.
 *
 * @param sha256 in hexadecimal digits
 * @param bytes  its length
 */
public record Fingerprint(String sha256, long bytes) {

    private static final int CHUNK = 1 << 16;

    /** Of the content of {@code file}. */
    public static Fingerprint of(Path file) throws IOException {
        try (Reading in = new Reading(Files.newInputStream(file))) {
            byte[] chunk = new byte[CHUNK];
            while (in.read(chunk) >= 0) { }
            return in.fingerprint();
        }
    }

    /** Of {@code bytes}, its digest alone. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-256", absent);
        }
    }

    /** A stream whose content is identified while it is read. */
    public static final class Reading extends DigestInputStream {

        private long bytes;

        public Reading(InputStream in) {
            super(in, Fingerprint.digest());
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            bytes += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            bytes += Math.max(0, read);
            return read;
        }

        /** Of all that was read; to be asked once, at the end. */
        public Fingerprint fingerprint() {
            return new Fingerprint(HexFormat.of().formatHex(getMessageDigest().digest()), bytes);
        }
    }
}
