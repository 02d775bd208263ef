package io.fluxo.layer.attention;


/**
 * What an attention kind declares about itself. Checks, claims and messages read these traits and never a kind's name. A declaration is checked where
 * a wrong one would hide something: a kind that declares that tokens do not see each other is probed first.
 *
 * @param present   whether there is a sub-layer at all
 * @param mixes     whether tokens see each other through it
 * @param masked    whether it reads the mask
 * @param matches   whether queries are compared with keys: it then reads {@code n_heads}, {@code qk_norm}, and positions that enter through scores
 * @param equations whether it claims to compute the chapter's softmax(qKᵀ/√d_head)V
 * @param carries   whether values of one layer join those of later ones: n_key_value_heads·d_head is then the same in all layers of this kind
 */
public record AttentionTraits(boolean present, boolean mixes, boolean masked, boolean matches, AttentionEquation equations, boolean carries) {

    /** A kind whose layers know nothing of each other. */
    public AttentionTraits(boolean present, boolean mixes, boolean masked, boolean matches, AttentionEquation equations) {
        this(present, mixes, masked, matches, equations, false);
    }

    /** The same, where values of one layer join those of later ones. */
    public AttentionTraits carryingValues() {
        return new AttentionTraits(present, mixes, masked, matches, equations, true);
    }

    /** Which equation an attention claims to compute. Claims about the chapter's equation are checked only on such kinds. */
    public enum AttentionEquation { CHAPTER, OTHER }

    /** Softmax attention as the chapter has it. */
    public static final AttentionTraits CHAPTER = new AttentionTraits(true, true, true, true, AttentionEquation.CHAPTER);

    /** Queries are compared with keys, by another equation. This is assumed of a kind that declares nothing. */
    public static final AttentionTraits OTHER = new AttentionTraits(true, true, true, true, AttentionEquation.OTHER);

    /** Positions are weighed without queries and keys. */
    public static final AttentionTraits WITHOUT_SCORES = new AttentionTraits(true, true, true, false, AttentionEquation.OTHER);

    /** A token sees itself alone. */
    public static final AttentionTraits WITHOUT_MIXING = new AttentionTraits(true, false, false, false, AttentionEquation.OTHER);

    /** No sub-layer. */
    public static final AttentionTraits ABSENT = new AttentionTraits(false, false, false, false, AttentionEquation.OTHER);
}
