package io.fluxo.experiments.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictUtf8Test {

    private static final String MARK = "\uFEFF";

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ab", "abc", "abcd", "ä", "\uD83D\uDE00", "0\u0000\u0000", "x" + MARK + "y"})
    void aTextIsReadAsItIsAndWithoutAMark(String text) throws IOException {
        assertThat(decoded(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        assertThat(decoded((MARK + text).getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        assertThat(decoded((MARK + MARK + text).getBytes(StandardCharsets.UTF_8))).as("one is skipped").isEqualTo(MARK + text);
    }

    @Test
    void aWrongByteIsCountedFromTheBeginningOfTheFile() {
        assertThatThrownBy(() -> decoded(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, 'a', 'b', 'c', (byte) 0xff})).isInstanceOf(BadInput.class)
                .hasMessage("x.txt: not UTF-8 text: byte 0xff at offset 6");
    }

    @Test
    void aFileThatIsAllMarkIsWithinItsLimit() throws IOException {
        assertThat(decoded((MARK + "abc").getBytes(StandardCharsets.UTF_8), 6)).isEqualTo("abc");
        assertThatThrownBy(() -> decoded((MARK + "abcd").getBytes(StandardCharsets.UTF_8), 6)).hasMessage("x.txt: larger than the limit of 6 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "x-UTF-16LE-BOM", "UTF-32LE", "UTF-32BE", "X-UTF-32LE-BOM"})
    void otherFormsOfUnicodeAreCalledByTheirName(String charset) {
        assertThatThrownBy(() -> decoded("First Citizen".getBytes(Charset.forName(charset)))).isInstanceOf(BadInput.class)
                .hasMessage("x.txt: is UTF-16 or UTF-32 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)");
    }

    private static String decoded(byte[] bytes) throws IOException {
        return decoded(bytes, 1000);
    }

    /** Read byte by byte, as from a slow pipe. */
    private static String decoded(byte[] bytes, long limit) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream slow = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1));
            }
        };
        StrictUtf8.decode(slow, "x.txt", limit, (characters, count) -> text.append(characters, 0, count));
        return text.toString();
    }
}
