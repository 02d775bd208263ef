package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.model.ModelSpec;
import io.fluxo.model.PerLayer;
import io.fluxo.model.PerLayer.Range;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
    private static final RecordComponent[] COMPONENTS = ModelSpec.class.getRecordComponents();

    /** Every key with every value that it may have, or another one; by layer too where that makes sense. */
    static Stream<Arguments> others() {
        return Arrays.stream(COMPONENTS).flatMap(component -> {
            if (component.getGenericType() instanceof ParameterizedType layered) {
                Object standard = ((PerLayer<?>) value(component, ModelSpec.DEFAULT)).standard();
                return others((Class<?>) layered.getActualTypeArguments()[0], standard).flatMap(other ->
                        Stream.of(PerLayer.of(other), layered(standard, other))).map(other -> Arguments.of(component.getName(), other));
            }
            return others(component.getType(), value(component, ModelSpec.DEFAULT)).map(other -> Arguments.of(component.getName(), other));
        });
    }

    @ParameterizedTest
    @MethodSource("others")
    void everyKeyRoundTrips(String name, Object other) throws Exception {
        ModelSpec spec = with(name, other);
        assertThat(spec).isNotEqualTo(ModelSpec.DEFAULT);
        String text = JsonMapper.shared().writeValueAsString(SpecJson.write(spec, "fluxo"));
        assertThat(SpecJson.read(FILE, (ObjectNode) JsonMapper.shared().readTree(text))).isEqualTo(spec);
    }

    @Test
    void whatDiffersByLayerIsAMapping() {
        ObjectNode written = SpecJson.write(ModelSpec.builder().placement(layered("pre", "post")).build(), "fluxo");
        assertThat(written.get("placement").toString()).isEqualTo("{\"default\":\"pre\",\"0-2\":\"post\",\"4-\":\"post\"}");
        assertThat(written.get("norm").toString()).isEqualTo("\"layer_norm\"");
    }

    @Test
    void brokenMappingsAreRefused() {
        refuse("{\"placement\": {\"0-2\": \"post\"}}", "says no \"default\"");
        refuse("{\"placement\": {\"default\": \"pre\", \"two\": \"post\"}}", "names no layers");
        refuse("{\"act_fn\": {\"default\": \"relu\", \"1\": \"sigmoid\"}}", "act_fn must be one of relu");
        refuse("{\"d_model\": {\"default\": 8}}", "d_model must be a whole number");
    }

    private static void refuse(String json, String message) {
        ObjectNode object = (ObjectNode) JsonMapper.shared().readTree(json);
        assertThatThrownBy(() -> SpecJson.read(FILE, object)).isInstanceOf(CheckpointException.class).hasMessageContaining(message);
    }

    private static Stream<Object> others(Class<?> type, Object but) {
        Stream<Object> all = type.isEnum() ? Arrays.stream(type.getEnumConstants()) : switch (but) {
            case Integer number -> Stream.of(number + 1);
            case Double number -> Stream.of(number + 0.125);
            case Boolean truth -> Stream.of(!truth);
            case String text -> Stream.of(text + "other");
            default -> throw new IllegalStateException("no other value than " + but);
        };
        return all.filter(value -> !value.equals(but));
    }

    private static <T> PerLayer<T> layered(T standard, T other) {
        SequencedMap<Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(Range.parse("0-2").orElseThrow(), other);
        exceptions.put(Range.parse("4-").orElseThrow(), other);
        return new PerLayer<>(standard, exceptions);
    }

    private static Object value(RecordComponent component, ModelSpec spec) {
        try {
            return component.getAccessor().invoke(spec);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static ModelSpec with(String name, Object other) throws ReflectiveOperationException {
        Object[] values = Arrays.stream(COMPONENTS).map(component -> component.getName().equals(name) ? other : value(component, ModelSpec.DEFAULT)).toArray();
        return ModelSpec.class.getDeclaredConstructor(Arrays.stream(COMPONENTS).map(RecordComponent::getType).toArray(Class<?>[]::new)).newInstance(values);
    }
}
