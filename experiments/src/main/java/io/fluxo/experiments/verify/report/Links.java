package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.text.Origin;
import java.net.URL;
import java.security.CodeSource;
import java.util.Optional;

/** Where the code of a claim stands. */
final class Links {

    private static final String SOURCES = "experiments/src/main/java/";

    private Links() {}

    /** The file, from the repository's root; of a claim that a plugin brings, the class and its jar. */
    static String file(Claim claim) {
        Class<?> code = code(claim);
        return location(code).equals(location(Links.class)) ? SOURCES + code.getName().replace('.', '/') + ".java" : Origin.of(code);
    }

    static String name(Claim claim) {
        return code(claim).getSimpleName();
    }

    /** The class that has a file of its own. */
    private static Class<?> code(Claim claim) {
        return claim.getClass().getNestHost();
    }

    private static Optional<String> location(Class<?> code) {
        return Optional.ofNullable(code.getProtectionDomain().getCodeSource()).map(CodeSource::getLocation).map(URL::toString);
    }
}
