package io.fluxo.experiments.study.run;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** One process at a time works in a run's folder. The system lets go of the lock when the process ends, however it ends. */
public final class RunLock implements AutoCloseable {

    static final String FILE = ".lock";

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws BadInput if another process is at work in {@code root} */
    public static RunLock take(Path root) {
        Path file = root.resolve(FILE);
        RegularFile.require(file);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel) || lockedAfterAMoment(channel)) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(Text.format("process %d%n", ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
                return new RunLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            closeQuietly(channel);
            throw new BadInput(Text.format("%s: cannot be locked (%s), and without a lock two processes could write into one run", file,
                    e instanceof AccessDeniedException ? "permission denied" : e.getMessage()), e);
        }
        throw new BadInput(Text.format("%s: another process is running this study (%s); wait for it, or end it", root, holder(file)));
    }

    /** Who only {@linkplain #isTaken looks} has it for a moment. */
    private static boolean lockedAfterAMoment(FileChannel channel) throws IOException {
        LockSupport.parkNanos(20_000_000);
        return locked(channel);
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException thisProcess) {
            return false;
        }
    }

    /** Whether another process is at work in {@code root}; asked by who only looks, for as long as asking takes. */
    public static boolean isTaken(Path root) {
        Path file = root.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ); FileLock free = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return free == null;
        } catch (OverlappingFileLockException thisProcess) {
            return true;
        } catch (IOException unknown) {
            return false; // a file system without locks: no process could have begun a run there
        }
    }

    private static String holder(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            return "process unknown"; // a lock that also keeps readers out
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // the first failure is the one that is reported
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
