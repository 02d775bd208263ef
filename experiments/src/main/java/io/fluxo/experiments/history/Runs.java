package io.fluxo.experiments.history;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The runs in a folder, the oldest first.
 *
 * @param skipped what is wrong with each other folder there; a line each, which names it
 */
public record Runs(List<Run> runs, List<String> skipped) {

    /**
     * @param folder one of runs, or a run itself
     * @throws BadInput if there is no such folder
     */
    public static Runs in(Path folder, StudyReader reader) {
        List<Run> runs = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (Path child : isRun(folder) ? List.of(folder) : children(folder)) {
            try {
                runs.add(Run.read(child, reader));
            } catch (BadInput other) {
                skipped.add(other.getMessage());
            }
        }
        runs.sort(Comparator.comparing(Run::started));
        return new Runs(List.copyOf(runs), List.copyOf(skipped));
    }

    private static boolean isRun(Path folder) {
        return Files.exists(folder.resolve("study.yaml"));
    }

    private static List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new BadInput(folder + ": no such folder");
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", folder, e.getMessage()), e);
        }
    }
}
