package io.fluxo.experiments.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;

/** The lines for JShell in docs/inspect.md are accepted, one after the other, and say what they promise. */
class JShellTest {

    /** What the tool itself imports at its start and the lines need. */
    private static final List<String> TOOLS_OWN = List.of("import java.nio.file.*;", "import java.util.*;");

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void theLinesOfTheDocumentationRun() throws IOException {
        Matcher block = Pattern.compile("```jshell\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(ROOT.resolve("docs/inspect.md")));
        assertThat(block.find()).isTrue();
        List<String> lines = block.group(1).replace("Path.of(\"experiments/", "Path.of(\"" + ROOT + "/experiments/").lines().toList();
        assertThat(lines).hasSizeGreaterThan(10);
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            TOOLS_OWN.forEach(shell::eval);
            String last = "";
            for (String line : lines) {
                for (SnippetEvent event : shell.eval(line)) {
                    assertThat(event.exception()).as(line).isNull();
                    assertThat(event.status()).as("%s: %s", line, shell.diagnostics(event.snippet()).map(diagnostic -> diagnostic.getMessage(null)).toList()).isEqualTo(Snippet.Status.VALID);
                    last = event.value() == null ? last : event.value();
                }
            }
            assertThat(Double.parseDouble(last)).as("shares less logit").isCloseTo(0, within(1e-12));
            assertThat(shell.eval("kl.length == 4 && kl[0] > 0 && kl[3] == 0").getFirst().value()).isEqualTo("true");
        }
    }
}
