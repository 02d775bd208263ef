package io.fluxo.stream;

/**
 * A named place in a running model, under TransformerLens's name: {@code blocks.0.attn.hook_pattern}.
 *
 * @param name     the full name
 * @param interior whether the value exists only while an operation is composed; asking for it runs that operation as its composition
 */
public record HookPoint(String name, boolean interior) {

    /** A value at an operation's boundary: free to look at. */
    public static HookPoint boundary(String name) {
        return new HookPoint(name, false);
    }

    /** A value inside an operation. */
    public static HookPoint interior(String name) {
        return new HookPoint(name, true);
    }
}
