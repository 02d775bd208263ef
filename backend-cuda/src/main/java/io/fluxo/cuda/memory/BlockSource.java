package io.fluxo.cuda.memory;

/** Hands out device memory and takes it back, in the order of one stream: what comes back may be handed out again at once. */
public interface BlockSource extends AutoCloseable {

    /** The address of at least {@code bytes} bytes with undefined contents, a multiple of 256. */
    long take(long bytes);

    /** @param bytes as it was asked for */
    void give(long address, long bytes);

    /** Frees everything. */
    @Override
    void close();
}
