package io.fluxo.experiments.tokenizer.library;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.fluxo.text.Text;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Hugging Face's library in a process of its own. In some errors it does not return but panics, which ends the process that it runs in; a few changed
 * letters in a file are enough. So it may end this one: that is an error like others. The same holds for files that make it run or grow without end.
 *
 * <p>One request is answered at a time; threads wait for each other.
 */
public final class LibraryProcess implements AutoCloseable {

    /** What it does in a second at the very least. */
    private static final long BYTES_A_SECOND = 100_000;

    private static final int SECONDS_TO_END = 10;

    private final Process process;
    private final long mostMemory;
    private final Duration patience;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final CompletableFuture<LastWords> errors = new CompletableFuture<>();
    private volatile boolean outOfTime;

    private LibraryProcess(Process process, long mostMemory, Duration patience) {
        this.process = process;
        this.mostMemory = mostMemory;
        this.patience = patience;
        this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        Thread.startVirtualThread(() -> errors.complete(LastWords.of(process.getErrorStream())));
    }

    /**
     * @param mostMemory the bytes of memory that it may take, all in all
     * @param patience   how long it may work on a request, besides a second for each {@value #BYTES_A_SECOND} bytes of it
     * @throws LibraryException if the process cannot be started
     */
    public static LibraryProcess start(long mostMemory, Duration patience) {
        ProcessBuilder builder = new ProcessBuilder(java(), "--enable-native-access=ALL-UNNAMED", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-XX:+SuppressFatalErrorMessage", "-XX:-UsePerfData", "-Xlog:disable", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp", classPath(),
                Worker.class.getName(), Long.toString(mostMemory));
        // options of this process are not that one's; a backtrace would hide the message before it
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        builder.environment().put("RUST_BACKTRACE", "0");
        try {
            return new LibraryProcess(builder.start(), mostMemory, patience);
        } catch (IOException failure) {
            throw new LibraryException("its process cannot be started: " + failure.getMessage(), failure);
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classPath() {
        return Stream.of(Worker.class, TokenizersLibrary.class).map(LibraryProcess::place).distinct().collect(Collectors.joining(File.pathSeparator));
    }

    private static String place(Class<?> one) {
        CodeSource source = one.getProtectionDomain().getCodeSource();
        try {
            return source == null ? System.getProperty("java.class.path") : Path.of(source.getLocation().toURI()).toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Makes the tokenizer of {@code json}, in place of the one before.
     *
     * @throws LibraryException if it is none
     */
    public synchronized void open(String json) {
        byte[] bytes = utf8(json);
        ask(bytes.length, () -> {
            out.writeByte(Worker.OPEN);
            write(bytes);
        }, () -> null);
    }

    /**
     * The ids of {@code text}.
     *
     * @param special whether those are added that the tokenizer puts around a text
     */
    public synchronized int[] encode(String text, boolean special) {
        byte[] bytes = utf8(text);
        return ask(bytes.length, () -> {
            out.writeByte(Worker.ENCODE);
            out.writeBoolean(special);
            write(bytes);
        }, () -> {
            int[] ids = new int[in.readInt()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = in.readInt();
            }
            return ids;
        });
    }

    /** The text of {@code ids}, with that of special ones. */
    public synchronized String decode(int... ids) {
        return ask(ids.length, () -> {
            out.writeByte(Worker.DECODE);
            out.writeInt(ids.length);
            for (int id : ids) {
                out.writeInt(id);
            }
        }, this::read);
    }

    private <T> T ask(long size, Request request, Answer<T> answer) {
        Duration most = patience.plusSeconds(size / BYTES_A_SECOND);
        CompletableFuture<Void> limit = CompletableFuture.runAsync(this::giveUp, CompletableFuture.delayedExecutor(most.toMillis(), TimeUnit.MILLISECONDS));
        try {
            request.write();
            out.flush();
            if (in.readByte() == Worker.REFUSED) {
                throw new LibraryException(read());
            }
            return answer.read();
        } catch (IOException ended) {
            throw new LibraryException(end(most), ended);
        } finally {
            limit.cancel(false);
        }
    }

    private void giveUp() {
        outOfTime = true;
        process.destroyForcibly();
    }

    /** Why the process ended. */
    private String end(Duration most) {
        int status = ended();
        if (outOfTime) {
            return Text.format("it found no end within %d s", most.toSeconds());
        }
        return switch (status) {
            case Worker.TOO_MUCH_MEMORY -> Text.format("it needs more memory than %,d MB", mostMemory >> 20);
            case Worker.NO_LIBRARY -> errors.join().all();
            default -> Text.format("it ended itself (%s)", errors.join().complaint());
        };
    }

    /** The exit status. Ending a process by force closes its streams on this side, with its last words in them: it is given the time to end by itself. */
    private int ended() {
        process.onExit().completeOnTimeout(process, SECONDS_TO_END, TimeUnit.SECONDS).join();
        return (process.isAlive() ? process.destroyForcibly() : process).onExit().join().exitValue();
    }

    private static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException half) {
            throw new LibraryException("the text has one half of a pair of surrogates without the other", half);
        }
    }

    private void write(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private String read() throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    /** Whether it can be asked: it cannot after it ended itself. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the process, and frees all that it had. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    @FunctionalInterface
    private interface Request {
        void write() throws IOException;
    }

    @FunctionalInterface
    private interface Answer<T> {
        T read() throws IOException;
    }
}
