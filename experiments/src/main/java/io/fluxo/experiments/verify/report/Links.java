package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Claim;

/** Where the code of a claim stands. */
final class Links {

    private static final String SOURCES = "experiments/src/main/java/";

    private Links() {}

    /** The file, from the repository's root. */
    static String file(Claim claim) {
        return SOURCES + claim.code().getName().replace('.', '/') + ".java";
    }

    static String name(Claim claim) {
        return claim.code().getSimpleName();
    }
}
