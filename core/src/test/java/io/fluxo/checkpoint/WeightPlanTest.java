package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.architecture.Layout;
import io.fluxo.architecture.Source;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tensor of a file becomes which cell, and what is said where one is lacking, left over, or another than it should be. */
class WeightPlanTest {

    private static final Layout LAYOUT = Layout.of("m.").same("W_E", "m.embed").same("ln.w", "m.norm.weight").orEnding("norm.weight", "norm.gamma")
            .repeating("m.head", "m.embed").without("m\\.mask");

    private static final Cell EMBEDDING = new Parameter("W_E", Shape.of(2), Initializer.normal(1));
    private static final Cell NORM = new Parameter("ln.w", Shape.of(1), Initializer.normal(1));
    private static final HostArray TWO = HostArray.of(Shape.of(2), 1f, 2f);
    private static final HostArray ONE = HostArray.of(Shape.of(1), 3f);

    @TempDir
    private Path directory;

    private Safetensors file(Map<String, HostArray> tensors) {
        Path file = directory.resolve("model.safetensors");
        Safetensors.write(file, tensors);
        return Safetensors.open(file);
    }

    private WeightPlan plan(Map<String, HostArray> tensors, Cell... cells) {
        try (Safetensors file = file(tensors)) {
            WeightPlan plan = WeightPlan.of(file, LAYOUT, List.of(cells));
            plan.checkRepeats(file);
            return plan;
        }
    }

    private void refused(String message, Map<String, HostArray> tensors, Cell... cells) {
        assertThatThrownBy(() -> plan(tensors, cells)).isInstanceOf(CheckpointException.class).hasMessage(directory.resolve("model.safetensors") + ": " + message);
    }

    @Test
    void everyNameOfATensorIsKnown() {
        Map<Cell, Source> plain = Map.of(EMBEDDING, Source.whole("m.embed"), NORM, Source.whole("m.norm.weight"));
        assertThat(plan(Map.of("m.embed", TWO, "m.norm.weight", ONE), EMBEDDING, NORM).sources()).isEqualTo(plain);
        Map<Cell, Source> other = Map.of(EMBEDDING, Source.whole("embed"), NORM, Source.whole("norm.gamma"));
        assertThat(plan(Map.of("embed", TWO, "norm.gamma", ONE), EMBEDDING, NORM).sources()).isEqualTo(other);
        refused("the tensors 'm.norm.weight' and 'norm.gamma' are two names of the same", Map.of("m.embed", TWO, "m.norm.weight", ONE, "norm.gamma", ONE), EMBEDDING, NORM);
    }

    @Test
    void whatIsNotNeededMayBeThere() {
        WeightPlan plan = plan(Map.of("m.embed", TWO, "m.mask", ONE), EMBEDDING);
        assertThat(plan.sources()).containsOnlyKeys(EMBEDDING);
        assertThat(plan.repeats()).isEmpty();
    }

    @Test
    void aTensorThatRepeatsAnotherHasToBeTheSame() {
        assertThat(plan(Map.of("m.embed", TWO, "m.head", TWO), EMBEDDING).repeats()).isEqualTo(Map.of("m.head", "m.embed"));
        assertThat(plan(Map.of("embed", TWO, "head", TWO), EMBEDDING).repeats()).isEqualTo(Map.of("head", "embed"));
        String message = "the tensor 'm.head' has to be the same as 'm.embed', as config.json says, and is another";
        refused(message, Map.of("m.embed", TWO, "m.head", HostArray.of(Shape.of(2), 1f, 3f)), EMBEDDING);
        refused(message, Map.of("m.embed", TWO, "m.head", HostArray.of(Shape.of(1, 2), 1f, 2f)), EMBEDDING);
        Cell head = new Parameter("head", Shape.of(2), Initializer.normal(1));
        try (Safetensors file = file(Map.of("m.embed", TWO, "m.head", HostArray.of(Shape.of(2), 1f, 3f)))) {
            assertThat(WeightPlan.of(file, LAYOUT.same("head", "m.head"), List.of(EMBEDDING, head)).repeats()).as("one that the model has itself").isEmpty();
        }
    }

    @Test
    void whatIsMissingOrLeftOverIsCounted() {
        refused("does not fit the model of config.json: missing 1 tensor: 'm.embed'", Map.of("m.norm.weight", ONE), EMBEDDING, NORM);
        refused("does not fit the model of config.json: missing 2 tensors: 'm.embed', 'm.norm.weight'; not in the model 1 tensor: 'x'", Map.of("x", ONE), EMBEDDING, NORM);
        Map<String, HostArray> more = new TreeMap<>(Map.of("m.embed", TWO));
        List.of("a", "b", "c", "d", "e").forEach(name -> more.put(name, ONE));
        refused("does not fit the model of config.json: not in the model 5 tensors: 'a', 'b', 'c', 'd', 'e'", more, EMBEDDING);
        more.put("f", ONE);
        refused("does not fit the model of config.json: not in the model 6 tensors: 'a', 'b', 'c', 'd', 'e', …", more, EMBEDDING);
    }

    @Test
    void aTensorOfAnotherShapeOrTypeIsNamed() {
        refused("the tensor 'm.embed' is [1], but the model needs [2]", Map.of("m.embed", ONE), EMBEDDING);
        refused("the tensor 'm.embed' is i32, but a parameter is a floating type", Map.of("m.embed", HostArray.of(Shape.of(2), 1, 2)), EMBEDDING);
    }

    @Test
    void aCellThatTheArchitectureDoesNotHaveIsNamed() {
        refused("the architecture has no tensor for the model's 'W_U'", Map.of("m.embed", TWO), EMBEDDING, new Parameter("W_U", Shape.of(2), Initializer.normal(1)));
    }
}
