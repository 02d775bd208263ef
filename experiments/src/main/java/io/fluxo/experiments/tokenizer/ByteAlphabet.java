package io.fluxo.experiments.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import io.fluxo.text.Text;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * GPT-2's letters for bytes: in its vocabulary each byte is written as one visible character. Those that are visible in Latin-1 stand for themselves,
 * the others are the characters from U+0100 on, in their order.
 */
final class ByteAlphabet {

    private static final Map<Integer, Byte> BYTES = bytes();

    private ByteAlphabet() {}

    private static Map<Integer, Byte> bytes() {
        Map<Integer, Byte> bytes = new HashMap<>();
        int next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean visible = value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
            bytes.put(visible ? value : next++, (byte) value);
        }
        return Map.copyOf(bytes);
    }

    /** The text that {@code piece} stands for, with bytes that are no text by themselves as {@code <0xE2>}; empty if it has a character for no byte. */
    static Optional<String> text(String piece) {
        int[] letters = piece.codePoints().toArray();
        byte[] bytes = new byte[letters.length];
        for (int i = 0; i < letters.length; i++) {
            Byte value = BYTES.get(letters[i]);
            if (value == null) {
                return Optional.empty();
            }
            bytes[i] = value;
        }
        return Optional.of(text(bytes));
    }

    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (true) {
            CoderResult result = decoder.reset().decode(in, out, true);
            text.append(out.flip());
            out.clear();
            if (!result.isError()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                text.append(Text.format("<0x%02X>", in.get() & 0xFF));
            }
        }
    }
}
