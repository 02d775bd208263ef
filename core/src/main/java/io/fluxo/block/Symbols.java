package io.fluxo.block;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where a block shows the chapter's x, t1 … t5 and h: symbol → hook point within the block. t1, t2 and t3 belong to the attention step, t4 and t5
 * to the feed-forward step. A symbol that a design does not have is left out.
 *
 * @param hooks in the order of the equations
 */
public record Symbols(Map<String, String> hooks) {

    private static final Set<String> OF_ATTENTION = Set.of("t1", "t2", "t3");
    private static final Set<String> OF_FEED_FORWARD = Set.of("t4", "t5");
    private static final String RESID_MID = "hook_resid_mid";
    private static final String RESID_POST = "hook_resid_post";

    /** A norm after each sum, as in the chapter's equations 10.32 to 10.37; hook points as in TransformerLens's BertBlock. */
    public static final Symbols POST = of("x hook_resid_pre", "t1 hook_attn_out", "t2 hook_resid_mid", "t3 ln1.hook_out", "t4 hook_mlp_out",
            "t5 hook_resid_post", "h hook_normalized_resid_post");

    /** A norm before each sub-layer; hook points as in TransformerLens's TransformerBlock. */
    public static final Symbols PRE = of("x hook_resid_pre", "t1 ln1.hook_out", "t2 hook_attn_out", "t3 hook_resid_mid", "t4 ln2.hook_out",
            "t5 hook_mlp_out", "h hook_resid_post");

    /** No norm: t3 and t5, which a norm would give, are not there. */
    public static final Symbols BARE = of("x hook_resid_pre", "t1 hook_attn_out", "t2 hook_resid_mid", "t4 hook_mlp_out", "h hook_resid_post");

    public Symbols {
        hooks = Collections.unmodifiableMap(new LinkedHashMap<>(hooks));
    }

    /** Out of a line for each symbol: {@code "t1 hook_attn_out"}. */
    public static Symbols of(String... lines) {
        Map<String, String> hooks = new LinkedHashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            hooks.put(words[0], words[1]);
        }
        return new Symbols(hooks);
    }

    /** The symbols of a block whose model leaves out attention: the feed-forward step is all there is. */
    Symbols withoutAttention() {
        Map<String, String> left = new LinkedHashMap<>(hooks);
        left.keySet().removeAll(OF_ATTENTION);
        return new Symbols(left);
    }

    /** The symbols of a block whose model leaves out the feed-forward network: the attention step ends the block. */
    Symbols withoutFeedForward() {
        Map<String, String> left = new LinkedHashMap<>(hooks);
        left.keySet().removeAll(OF_FEED_FORWARD);
        left.put("h", endOfAttention());
        left.replaceAll((symbol, hook) -> hook.equals(RESID_MID) ? RESID_POST : hook);
        return new Symbols(left);
    }

    /** The hook point at which the attention step ends: that of its last symbol. */
    private String endOfAttention() {
        return hooks.entrySet().stream().filter(entry -> OF_ATTENTION.contains(entry.getKey())).reduce((_, last) -> last).orElseThrow().getValue();
    }
}
