package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.architecture.Architecture;
import io.fluxo.architecture.Config;
import io.fluxo.architecture.Layout;
import io.fluxo.model.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ForeignConfigTest {

    private static final Path FILE = Path.of("config.json");

    private final List<Object> read = new ArrayList<>();

    private final Architecture architecture = new Architecture() {
        @Override
        public ModelSpec spec(Config config) {
            read.addAll(List.of(config.size("whole"), config.real("real"), config.truthOr("truth", false), config.text("text"), config.list("list").orElseThrow(),
                    config.has("null")));
            config.mapping("mapping").ifPresent(mapping -> read.add(mapping.text("within")));
            config.passOver(List.of("null"));
            return ModelSpec.DEFAULT.with(ModelSpec.D_MODEL, Math.multiplyExact(config.size("whole"), 2));
        }

        @Override
        public Layout layout(ModelSpec spec) {
            return Layout.OWN;
        }
    };

    private ModelSpec read(String json) {
        return ForeignConfig.read(FILE, (ObjectNode) JsonMapper.shared().readTree(json), architecture);
    }

    @Test
    void valuesOfEveryKindAreHandedOver() {
        ModelSpec spec = read("""
                {"whole": 3, "real": 0.5, "truth": true, "text": "gelu", "list": ["a", 2, [3.5, null]], "null": null, "mapping": {"within": "here"}}""");
        assertThat(spec).isEqualTo(ModelSpec.DEFAULT.with(ModelSpec.D_MODEL, 6));
        List<Object> inner = new ArrayList<>(List.of(3.5));
        inner.add(null);
        assertThat(read).containsExactly(3, 0.5, true, "gelu", List.of("a", 2, inner), false, "here");
    }

    @Test
    void aKeyThatNobodyAskedForIsRefused() {
        assertThatThrownBy(() -> read("""
                {"whole": 3, "real": 0.5, "text": "gelu", "list": [], "surprise": 1}""")).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("config.json: unknown key ").hasMessageContaining("surprise");
    }

    @Test
    void aSizeThatIsTooLargeIsRefused() {
        assertThatThrownBy(() -> read("""
                {"whole": 2000000000, "real": 0.5, "text": "gelu", "list": []}""")).isInstanceOf(CheckpointException.class).hasMessage("config.json: a size is too large: integer overflow");
    }
}
