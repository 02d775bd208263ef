package io.fluxo.experiments.cli;

import java.nio.charset.Charset;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * What a terminal can draw.
 *
 * @param moves  whether its cursor goes up, so that several lines can be written again
 * @param blocks whether it shows block characters
 */
record Drawing(boolean moves, boolean blocks) {

    private static final String BLOCKS = "▁▂▃▄▅▆▇█";
    private static final String ASCII = "_.-~=+*#";

    /** The process's own terminal, by what its environment says. */
    static Drawing here() {
        return of(Optional.ofNullable(System.getenv("TERM")), System.getProperty("native.encoding", "UTF-8"));
    }

    /** @param encoding of the terminal's locale */
    static Drawing of(Optional<String> terminal, String encoding) {
        return new Drawing(terminal.filter(name -> !name.equals("dumb")).isPresent(), hasBlocks(encoding));
    }

    private static boolean hasBlocks(String encoding) {
        try {
            Charset charset = Charset.forName(encoding);
            return charset.canEncode() && charset.newEncoder().canEncode('▁');
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    /** Characters from the lowest to the highest. */
    String heights() {
        return blocks ? BLOCKS : ASCII;
    }

    ProgressBarStyle bar() {
        return blocks ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII;
    }
}
