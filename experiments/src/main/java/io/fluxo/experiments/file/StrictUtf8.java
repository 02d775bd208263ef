package io.fluxo.experiments.file;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads UTF-8 and refuses anything else, saying at which byte: a replacement character would silently change a corpus. */
public final class StrictUtf8 {

    /** Takes decoded characters; a surrogate pair never straddles two calls. */
    @FunctionalInterface
    public interface Sink {
        void accept(char[] characters, int count);
    }

    private static final int CHUNK = 1 << 16;

    private StrictUtf8() {}

    /**
     * Decodes a stream to its end.
     *
     * @param name   what the text is called in a message
     * @param limit  most bytes that are read
     * @throws BadInput if the bytes are not UTF-8, or are more than {@code limit}
     */
    public static void decode(InputStream in, String name, long limit, Sink sink) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
        CharBuffer characters = CharBuffer.allocate(CHUNK);
        long consumed = 0;
        boolean end = false;
        while (!end) {
            int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
            end = read < 0;
            bytes.position(bytes.position() + Math.max(0, read));
            bytes.flip();
            CoderResult result = decoder.decode(bytes, characters, end);
            sink.accept(characters.array(), characters.position());
            characters.clear();
            consumed += bytes.position();
            if (result.isError()) {
                throw new BadInput(Text.format("%s: not UTF-8 text: byte 0x%02x at offset %,d", name, bytes.get(bytes.position()) & 0xff, consumed));
            }
            if (consumed > limit) {
                throw new BadInput(Text.format("%s: larger than the limit of %,d bytes", name, limit));
            }
            bytes.compact();
        }
    }
}
