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
import java.util.Arrays;

/**
 * Reads UTF-8 and refuses anything else, saying at which byte: a replacement character would silently change a corpus. A byte-order mark at the
 * beginning, which some editors write invisibly, is not part of the text.
 */
public final class StrictUtf8 {

    /** Takes decoded characters; a surrogate pair never straddles two calls. */
    @FunctionalInterface
    public interface Sink {
        void accept(char[] characters, int count);
    }

    private static final int CHUNK = 1 << 16;
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private StrictUtf8() {}

    /**
     * Decodes a stream to its end, without a byte-order mark at its beginning.
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
        byte[] beginning = in.readNBytes(4);
        refuseUtf16(beginning, name);
        int mark = marked(beginning) ? MARK.length : 0;
        bytes.put(beginning, mark, beginning.length - mark);
        long consumed = mark;
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

    private static boolean marked(byte[] beginning) {
        return beginning.length >= MARK.length && Arrays.equals(beginning, 0, MARK.length, MARK, 0, MARK.length);
    }

    /** UTF-16 shows by its byte-order mark, or by every other byte being 0; UTF-32 by three of four. */
    private static void refuseUtf16(byte[] bytes, String name) {
        boolean swapped = bytes.length >= 2 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe;
        boolean straight = bytes.length >= 2 && bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff;
        boolean zeros = bytes.length == 4 && (bytes[0] == 0) != (bytes[1] == 0) && (bytes[2] == 0) != (bytes[3] == 0) && (bytes[0] == 0) == (bytes[2] == 0);
        boolean wide = bytes.length == 4 && bytes[1] == 0 && bytes[2] == 0 && (bytes[0] == 0) != (bytes[3] == 0);
        if (swapped || straight || zeros || wide) {
            throw new BadInput(Text.format("%s: is UTF-16 or UTF-32 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)", name));
        }
    }
}
