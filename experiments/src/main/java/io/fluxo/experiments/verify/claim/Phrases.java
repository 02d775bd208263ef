package io.fluxo.experiments.verify.claim;

/** What several claims say in the same words. */
final class Phrases {

    static final String SIZES = "d_model 1 … 12, 1 … 6 tokens, 1 … 4 heads, all widths independent; finite intermediates";
    static final String ALL_INPUTS = "for all weights and inputs";


    private Phrases() {}
}
