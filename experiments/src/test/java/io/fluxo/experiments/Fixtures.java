package io.fluxo.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.block.Placement;
import io.fluxo.experiments.inspect.measure.InstrumentMeasures;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.Contributions.Contribution;
import io.fluxo.setting.PartKind;
import io.fluxo.train.TrainingParts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** What several tests share. */
public final class Fixtures {

    /** All that Fluxo itself brings for models, training and experiments. */
    public static final Catalog ALL = Catalog.of(new ModelParts(), new TrainingParts(), TaskParts::contributeTo, StudyLibrary::contributeTo, InstrumentMeasures::contributeTo);

    /** Few placements and norms, so that messages stay short. */
    public static final Catalog CATALOG = few(Map.of(Placement.KIND, Set.of("pre", "post"), NormFactory.KIND, Set.of("layer_norm", "rms_norm")));

    public static final StudyReader READER = new StudyReader(CATALOG, StudyLibrary.standard()::defaults);

    /** Two variants by two seeds of a task that needs no corpus, in 30 steps. */
    public static final String SMALL = """
            study: small
            question: Which placement?
            task: {kind: markov, states: 5}
            model: {n_layers: 2, d_model: 8, n_ctx: 8}
            training: {steps: 30, batch: 2}
            vary: {model.placement: [pre, post]}
            seeds: 2
            """;

    private Fixtures() {}

    private static Catalog few(Map<PartKind<?>, Set<String>> kept) {
        return Catalog.of(new TrainingParts(), TaskParts::contributeTo, StudyLibrary::contributeTo, InstrumentMeasures::contributeTo).plus(Contributions.of(new ModelParts()).stream()
                .<Contribution<?>>map(part -> part).filter(part -> !kept.containsKey(part.kind()) || kept.get(part.kind()).contains(part.name())).toList());
    }

    public static Study preVersusPost() {
        return StudyLibrary.standard().find("pre-vs-post").orElseThrow().study();
    }

    public static Study study(String yaml) {
        return READER.parse("test.yaml", yaml).study();
    }

    /** A file of the development data; the test is skipped where it is not there. */
    public static Path data(String file) {
        Path given = Path.of(System.getProperty("fluxo.data", "../shared/data"));
        Path fromModule = Path.of("..").resolve(given); // tests run in the module's folder
        Path root = Files.isDirectory(given) ? given : fromModule;
        assumeTrue(Files.exists(root.resolve(file)), () -> "no development data: " + root.resolve(file));
        return root.resolve(file);
    }
}
