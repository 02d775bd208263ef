package io.fluxo.checkpoint;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file so that under its name there is either nothing, the old content or the whole new content, whatever happens meanwhile. */
public final class AtomicFile {

    private AtomicFile() {}

    /** What is written. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    public static void write(Path file, Content content) throws IOException {
        // a name of its own, so that two processes writing the same file do not write into each other's
        Path temporary = file.resolveSibling(Text.format(".%s.%d-%d.tmp", file.getFileName(), ProcessHandle.current().pid(), System.nanoTime()));
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true); // the content reaches the disk before its name does
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Writes {@code text} in UTF-8. */
    public static void write(Path file, String text) throws IOException {
        write(file, channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
