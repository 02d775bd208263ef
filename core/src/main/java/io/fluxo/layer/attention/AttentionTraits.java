package io.fluxo.layer.attention;


/**
 * What an attention kind says of itself. Checks, claims and messages read it; none of them asks for a kind's name. What is said is checked where it
 * would hide something: a kind that says its tokens do not meet is looked at before it is believed.
 *
 * @param present   whether there is a sub-layer at all
 * @param mixes     whether tokens see each other through it
 * @param masked    whether it reads the mask
 * @param matches   whether queries meet keys: it then reads {@code n_heads}, {@code qk_norm}, and positions that enter through scores
 * @param equations whether it says it computes the chapter's softmax(qKᵀ/√d_head)V
 */
public record AttentionTraits(boolean present, boolean mixes, boolean masked, boolean matches, AttentionEquation equations) {

    /** Whose equation an attention computes. Claims about the chapter's are checked of such kinds alone. */
    public enum AttentionEquation { CHAPTER, OTHER }

    /** Softmax attention as the chapter has it. */
    public static final AttentionTraits CHAPTER = new AttentionTraits(true, true, true, true, AttentionEquation.CHAPTER);

    /** Queries meet keys, by other equations. This is what is assumed of a kind that says nothing. */
    public static final AttentionTraits OTHER = new AttentionTraits(true, true, true, true, AttentionEquation.OTHER);

    /** Positions are weighed without queries and keys. */
    public static final AttentionTraits WITHOUT_SCORES = new AttentionTraits(true, true, true, false, AttentionEquation.OTHER);

    /** A token sees itself alone. */
    public static final AttentionTraits WITHOUT_MIXING = new AttentionTraits(true, false, false, false, AttentionEquation.OTHER);

    /** No sub-layer. */
    public static final AttentionTraits ABSENT = new AttentionTraits(false, false, false, false, AttentionEquation.OTHER);
}
