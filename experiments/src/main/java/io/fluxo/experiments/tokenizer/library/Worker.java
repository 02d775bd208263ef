package io.fluxo.experiments.tokenizer.library;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The program of the library's process: it reads requests from its standard input and writes an answer to each, until its input ends. It needs nothing
 * but the JDK and the library.
 */
final class Worker {

    /** What can be asked, as the first byte of a request. */
    static final int OPEN = 0;
    static final int ENCODE = 1;
    static final int DECODE = 2;

    /** How an answer begins. */
    static final int DONE = 0;
    static final int REFUSED = 1;

    /** How the process ends where it cannot load the library, with the reason on standard error; and where it has taken too much memory. */
    static final int NO_LIBRARY = 3;
    static final int TOO_MUCH_MEMORY = 4;

    /** Any text: a file that makes the library end the process on every text is found when it is opened. */
    private static final String TRIAL = "a b";

    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    private final DataInputStream in;
    private final DataOutputStream out;
    private long tokenizer;

    private Worker(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** @param arguments the most bytes of memory that it may take */
    public static void main(String[] arguments) throws IOException {
        var out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        System.setOut(System.err);
        // Ctrl-C reaches this process too: it goes on until the other one, which decides, closes its input
        Runtime.getRuntime().addShutdownHook(new Thread(Worker::sleep));
        // and it does not stay behind in a long request
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
        MemoryGuard.start(Long.parseLong(arguments[0]));
        try {
            NativeLibrary.load();
        } catch (IOException | UnsatisfiedLinkError failure) {
            System.err.println(failure.getMessage());
            Runtime.getRuntime().halt(NO_LIBRARY);
        }
        try {
            new Worker(new DataInputStream(new BufferedInputStream(System.in)), out).serve();
            Runtime.getRuntime().halt(0);
        } catch (IOException | RuntimeException | OutOfMemoryError failure) {
            System.err.println(failure);
            Runtime.getRuntime().halt(1);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() throws IOException {
        while (true) {
            int request;
            try {
                request = in.readByte();
            } catch (EOFException over) {
                return;
            }
            answer(request);
            out.flush();
        }
    }

    private void answer(int request) throws IOException {
        switch (request) {
            case OPEN -> open(text());
            case ENCODE -> encode(in.readBoolean(), text());
            case DECODE -> decode(numbers());
            default -> throw new IllegalStateException("there is no request " + request);
        }
    }

    private void open(String json) throws IOException {
        if (tokenizer != 0) {
            LIBRARY.deleteTokenizer(tokenizer);
            tokenizer = 0;
        }
        try {
            tokenizer = LIBRARY.createTokenizerFromString(json);
        } catch (RuntimeException refused) {
            refuse(refused);
            return;
        }
        try {
            LIBRARY.decode(tokenizer, ids(true, TRIAL), false);
        } catch (RuntimeException noSuchCharacters) {
            // some tokenizers do not know every character
        }
        out.writeByte(DONE);
    }

    private void encode(boolean special, String text) throws IOException {
        long[] ids;
        try {
            ids = ids(special, text);
        } catch (RuntimeException refused) {
            refuse(refused);
            return;
        }
        out.writeByte(DONE);
        out.writeInt(ids.length);
        for (long id : ids) {
            out.writeInt((int) id);
        }
    }

    private long[] ids(boolean special, String text) {
        long encoding = LIBRARY.encode(tokenizer, text, special);
        try {
            return LIBRARY.getTokenIds(encoding);
        } finally {
            LIBRARY.deleteEncoding(encoding);
        }
    }

    private void decode(long[] ids) throws IOException {
        String text;
        try {
            text = LIBRARY.decode(tokenizer, ids, false);
        } catch (RuntimeException refused) {
            refuse(refused);
            return;
        }
        out.writeByte(DONE);
        write(text);
    }

    private void refuse(RuntimeException refused) throws IOException {
        out.writeByte(REFUSED);
        write(String.valueOf(refused.getMessage()));
    }

    private String text() throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private long[] numbers() throws IOException {
        long[] numbers = new long[in.readInt()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.readInt();
        }
        return numbers;
    }

    private void write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
