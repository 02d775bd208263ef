package io.fluxo.block;

import java.util.Map;
import java.util.TreeMap;

/**
 * A sub-layer beside the stream, by the hook points of its block that show what it returns and what of that joins the stream. Both are also found under
 * names that are the same in every block: {@code attn.hook_out} and {@code hook_attn_contribution}, {@code mlp.hook_out} and {@code hook_mlp_contribution}.
 *
 * @param result       what the sub-layer returns
 * @param contribution what joins the stream: what norms, factors and gains make of the result
 */
public record Branch(Kind kind, String result, String contribution) {

    /** The sub-layers that a block can have. */
    public enum Kind {
        ATTENTION("attn"),
        NETWORK("mlp");

        private final String part;

        Kind(String part) {
            this.part = part;
        }

        /** Under which name every block shows what the sub-layer returns: {@code attn.hook_out}. */
        public String result() {
            return part + ".hook_out";
        }

        /** Under which name every block shows what the sub-layer adds to the stream: {@code hook_attn_contribution}. */
        public String contribution() {
            return "hook_" + part + "_contribution";
        }

        /** TransformerLens's name: {@code hook_attn_out}. Under some placements it is the result, under others the contribution. */
        String out() {
            return "hook_" + part + "_out";
        }
    }

    /** What the sub-layer returns joins the stream as it is. */
    public static Branch plain(Kind kind) {
        return new Branch(kind, kind.out(), kind.out());
    }

    /** What the sub-layer returns is changed, a norm for instance, and shown only then as {@code hook_attn_out}; the block shows the result by itself. */
    public static Branch changedBefore(Kind kind) {
        return new Branch(kind, kind.result(), kind.out());
    }

    /** What {@code hook_attn_out} shows is changed before it joins the stream; the block shows the contribution by itself. */
    public static Branch changedAfter(Kind kind) {
        return new Branch(kind, kind.out(), kind.contribution());
    }

    /** The same, whose contribution the block shows by itself, since the residual connection weighs it. */
    Branch weighed() {
        return new Branch(kind, result, kind.contribution());
    }

    /** Whether the block has a point of its own for what the sub-layer returns. */
    public boolean showsResult() {
        return result.equals(kind.result());
    }

    /** Whether the block has a point of its own for the contribution. */
    public boolean showsContribution() {
        return contribution.equals(kind.contribution());
    }

    /** The common names that the block has no points of their own for: name → the point that shows the same tensor. */
    Map<String, String> aliases() {
        Map<String, String> aliases = new TreeMap<>();
        if (!showsResult()) {
            aliases.put(kind.result(), result);
        }
        if (!showsContribution()) {
            aliases.put(kind.contribution(), contribution);
        }
        return aliases;
    }
}
