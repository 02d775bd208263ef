package io.fluxo.checkpoint;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.setting.Type;
import io.fluxo.setting.Violation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SpecJsonTest {

    private static final Path FILE = Path.of("config.json");
    /** A catalogue with an attention that brings a key. */
    private static final Catalog CATALOG = ModelParts.CATALOG.plus(AttentionKind.KIND, "sharp", new Sharp(2)).plus(AttentionKind.KIND, "listed", new Listed());

    private record Sharp(double sharpness) implements AttentionKind {
        private static final Key<Double> SHARPNESS = Key.of("sharpness", Type.real(Range.POSITIVE), 2.0, "times the scores");

        @Override
        public List<Key<?>> keys() {
            return List.of(SHARPNESS);
        }

        @Override
        public AttentionKind with(OwnSettings own) {
            return new Sharp(own.get(SHARPNESS));
        }

        @Override
        public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
            return new MultiHeadAttention(path, dims, design);
        }
    }

    /** One whose keys are of the kinds that no key of a model itself has. */
    private record Listed() implements AttentionKind {
        private static final Key<List<Double>> SCALES = Key.of("scales", Type.list(Type.real(Range.POSITIVE)), List.of(1.0), "of the heads");
        private static final Key<String> TITLE = Key.of("title", Type.words(), "", "what it is called");
        private static final Key<String> TABLE = Key.of("table", Type.file(), "", "where it reads from");

        @Override
        public List<Key<?>> keys() {
            return List.of(SCALES, TITLE, TABLE);
        }

        @Override
        public AttentionKind with(OwnSettings own) {
            return this;
        }

        @Override
        public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
            return new MultiHeadAttention(path, dims, design);
        }
    }

    @Test
    void aPartMayHaveListsAndTexts() {
        Choice choice = Choice.of("listed").with(Listed.SCALES, List.of(0.5, 2.0)).with(Listed.TITLE, "two").with(Listed.TABLE, "table.txt");
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.ATTENTION, PerLayer.of(choice));
        ObjectNode written = SpecJson.write(spec, "fluxo");
        assertThat(written.get("attention").toString()).isEqualTo("{\"kind\":\"listed\",\"scales\":[0.5,2.0],\"table\":\"table.txt\",\"title\":\"two\"}");
        assertThat(SpecJson.read(FILE, written, CATALOG)).isEqualTo(spec);
        refuse("{\"attention\": {\"kind\": \"listed\", \"scales\": 3}}", "scales must be ");
        refuse("{\"attention\": {\"kind\": \"listed\", \"scales\": [\"a\"]}}", "scales must be a number, not '\"a\"'");
        refuse("{\"attention\": {\"kind\": \"listed\", \"title\": 3}}", "title must be ");
        refuse("{\"attention\": {\"kind\": \"listed\", \"table\": true}}", "table must be ");
    }

    /** Every key with every value that it may have, or another one; by layer too where that makes sense. */
    static Stream<Arguments> others() {
        return ModelSpec.KEYS.all().stream().flatMap(key -> others(key).map(other -> Arguments.of(key.name(), other)));
    }

    private static Stream<Object> others(Key<?> key) {
        if (!(key.type() instanceof Type.ByLayer<?>(var item))) {
            return others(key.type(), key.standard());
        }
        Object standard = ((PerLayer<?>) key.standard()).standard();
        return others(item, standard).flatMap(other -> Stream.of(PerLayer.of(other), layered(standard, other)));
    }

    @ParameterizedTest
    @MethodSource("others")
    void everyKeyRoundTrips(String name, Object other) {
        ModelSpec spec = ModelSpec.DEFAULT.withAll(Map.of(name, other));
        assertThat(spec).isNotEqualTo(ModelSpec.DEFAULT);
        String text = JsonMapper.shared().writeValueAsString(SpecJson.write(spec, "fluxo"));
        assertThat(SpecJson.read(FILE, (ObjectNode) JsonMapper.shared().readTree(text), CATALOG)).isEqualTo(spec);
    }

    @Test
    void aPartsOwnKeysRoundTrip() {
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.ATTENTION, layered(Choice.of("softmax"), Choice.of("sharp").with(Sharp.SHARPNESS, 0.5)));
        ObjectNode written = SpecJson.write(spec, "fluxo");
        assertThat(written.get("attention").toString())
                .isEqualTo("{\"default\":\"softmax\",\"0-2\":{\"kind\":\"sharp\",\"sharpness\":0.5},\"4-\":{\"kind\":\"sharp\",\"sharpness\":0.5}}");
        assertThat(SpecJson.read(FILE, written, CATALOG)).isEqualTo(spec);
        assertThat(spec.violations(CATALOG)).isEmpty();
        refuse("{\"attention\": {\"kind\": \"sharp\", \"sharpnes\": 1.5}}", "unknown key 'sharpnes'; perhaps sharpness was meant");
        refuse("{\"attention\": {\"kind\": \"sharp\", \"sharpness\": true}}", "sharpness must be a number");
        refuse("{\"attention\": {\"kind\": \"softmax\", \"sharpness\": 1.5}}", "unknown key 'sharpness'; there are none here");
        ModelSpec negative = SpecJson.read(FILE, (ObjectNode) JsonMapper.shared().readTree("{\"attention\": {\"kind\": \"sharp\", \"sharpness\": -1}}"), CATALOG);
        assertThat(negative.violations(CATALOG)).containsExactly(new Violation("attention", "sharpness must be a finite number above 0, not -1.0"));
    }

    @Test
    void whatDiffersByLayerIsAMapping() {
        ObjectNode written = SpecJson.write(ModelSpec.DEFAULT.with(PLACEMENT, layered(Choice.of("pre"), Choice.of("post"))), "fluxo");
        assertThat(written.get("placement").toString()).isEqualTo("{\"default\":\"pre\",\"0-2\":\"post\",\"4-\":\"post\"}");
        assertThat(written.get("norm").toString()).isEqualTo("\"layer_norm\"");
    }

    @Test
    void brokenMappingsAreRefused() {
        refuse("{\"placement\": {\"0-2\": \"post\"}}", "says no \"default\"");
        refuse("{\"placement\": {\"default\": \"pre\", \"two\": \"post\"}}", "names no layers");
        refuse("{\"mask\": {\"default\": \"causal\", \"1\": \"sideways\"}}", "mask must be one of causal, bidirectional");
        refuse("{\"d_model\": {\"default\": 8}}", "d_model must be a whole number");
    }

    @Test
    void aMappingNamesAPartThatThereIs() {
        refuse("{\"positions\": {\"theta\": 100.0}}", "positions is a mapping and names no positions under \"kind\"");
        refuse("{\"positions\": {\"kind\": 3}}", "positions is a mapping and names no positions under \"kind\"");
        refuse("{\"attention\": {\"kind\": \"dull\", \"sharpness\": 1.5}}", "attention: there is no attention called 'dull'; there are ");
    }

    private static void refuse(String json, String message) {
        ObjectNode object = (ObjectNode) JsonMapper.shared().readTree(json);
        assertThatThrownBy(() -> SpecJson.read(FILE, object, CATALOG)).isInstanceOf(CheckpointException.class).hasMessageContaining(message);
    }

    private static Stream<Object> others(Type<?> type, Object but) {
        Stream<?> all = switch (type) {
            case Type.Label<?>(var constants) -> Stream.of(constants.getEnumConstants());
            case Type.Part(var kind) -> CATALOG.names(kind).stream().map(Choice::of);
            case Type.Whole _ -> Stream.of((Integer) but + 1);
            case Type.Real _ -> Stream.of((Double) but + 0.125);
            case Type.Truth _ -> Stream.of(!(Boolean) but);
            case Type.Words _, Type.FilePath _ -> Stream.of(but + "other");
            case Type.Items<?> _, Type.ByLayer<?> _ -> throw new IllegalStateException("no key of a model holds a list: " + type);
        };
        return all.filter(value -> !value.equals(but)).map(value -> value);
    }

    private static <T> PerLayer<T> layered(T standard, T other) {
        SequencedMap<PerLayer.Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(PerLayer.Range.parse("0-2").orElseThrow(), other);
        exceptions.put(PerLayer.Range.parse("4-").orElseThrow(), other);
        return new PerLayer<>(standard, exceptions);
    }
}
