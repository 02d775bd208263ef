package io.fluxo.proof;

/** Claims about which tokens reach which rows of a tensor [batch pos …]. */
public enum TokenClaim {

    /** Row i depends on token i alone. */
    TOKEN_DIAGONAL("row i depends on token i alone") {
        @Override
        boolean permits(int row, int token) {
            return token == row;
        }
    },

    /** Row i depends on tokens 1 … i alone. */
    CAUSAL("row i depends on tokens 1 … i alone") {
        @Override
        boolean permits(int row, int token) {
            return token <= row;
        }
    },

    /** A row depends on tokens of its own sequence alone. */
    WITHIN_SEQUENCE("a row depends on tokens of its own sequence alone") {
        @Override
        boolean permits(int row, int token) {
            return true;
        }
    };

    private final String sentence;

    TokenClaim(String sentence) {
        this.sentence = sentence;
    }

    /** Whether {@code token} may reach {@code row} of the same sequence, both by position. No claim permits tokens of another sequence. */
    abstract boolean permits(int row, int token);

    public String sentence() {
        return sentence;
    }
}
