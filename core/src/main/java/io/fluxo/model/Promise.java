package io.fluxo.model;

import io.fluxo.block.Block;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.stream.HookPoint;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;

/**
 * Checks that the parts of a model, which may be a plugin's, return what their contract promises. A fault is reported here by name, not later as a null
 * elsewhere.
 */
final class Promise {

    private Promise() {}

    /** {@code part}, which {@code maker} made for the place {@code path}. */
    static <T> T kept(String maker, String what, String path, T part) {
        if (part == null) {
            throw new BrokenPartException(Text.format("%s returned null instead of %s for %s", maker, what, path));
        }
        return part;
    }

    /** A block that says where x and h are, and has these hook points. */
    static Block kept(String maker, String path, Block block) {
        Map<String, String> chapter = kept(maker, "a block", path, block).chapter();
        String made = Text.format("%s (%s)", path, Origin.of(block.getClass()));
        if (chapter == null) {
            throw new BrokenPartException(made + " returned null from chapter() instead of a map of symbols to hook points");
        }
        List<String> points = block.hookPoints().stream().map(HookPoint::name).toList();
        for (String symbol : List.of("x", "h")) {
            String hook = chapter.get(symbol);
            if (!points.contains(path + "." + hook)) {
                throw new BrokenPartException(Text.format("%s has to say in chapter() at which of its hook points %s is, and says %s; it has %s", made, symbol,
                        hook, points));
            }
        }
        return block;
    }
}
