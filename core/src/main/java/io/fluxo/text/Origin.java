package io.fluxo.text;

import java.net.URI;
import java.security.CodeSource;
import java.util.Optional;

/** Where code came from, for messages about a third party's part. */
public final class Origin {

    private Origin() {}

    /** {@code example.parallel.ParallelBlock of parallel-block.jar}; the class alone where it came from no jar. */
    public static String of(Class<?> code) {
        return code.getName() + jar(code).map(name -> " of " + name).orElse("");
    }

    private static Optional<String> jar(Class<?> code) {
        return Optional.ofNullable(code.getProtectionDomain().getCodeSource()).map(CodeSource::getLocation)
                .map(url -> URI.create(url.toString()).getPath()).filter(path -> path.endsWith(".jar")).map(path -> path.substring(path.lastIndexOf('/') + 1));
    }
}
