package io.fluxo.stream;

import java.util.List;

/**
 * A named place in a running model, under TransformerLens's name: {@code blocks.0.attn.hook_pattern}.
 *
 * @param name     the full name
 * @param interior whether the value lies within an operation; where no kernel hands it out, asking for it runs that operation as its composition
 * @param aliases  further names for it, in full: the chapter's {@code blocks.0.t1}, the common {@code blocks.0.hook_attn_contribution}; known
 *                 while its block runs
 */
public record HookPoint(String name, boolean interior, List<String> aliases) {

    public HookPoint {
        aliases = List.copyOf(aliases);
    }

    /** A value at an operation's boundary: reading it changes no kernel. */
    public static HookPoint boundary(String name) {
        return new HookPoint(name, false, List.of());
    }

    /** A value inside an operation. */
    public static HookPoint interior(String name) {
        return new HookPoint(name, true, List.of());
    }

    /** Whether {@code called} is its name or one of its aliases. */
    public boolean is(String called) {
        return name.equals(called) || aliases.contains(called);
    }
}
