package io.fluxo.experiments.spec;

import io.fluxo.model.PerLayer;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A record seen as a mapping: its components under their keys ({@code nLayers} is {@code n_layers}), readable and replaceable by key. */
public final class RecordKeys {

    private RecordKeys() {}

    /** {@code nLayers} → {@code n_layers}. */
    static String key(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    static List<String> keys(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents()).map(component -> key(component.getName())).toList();
    }

    /** The type of each key, in the record's order. */
    static Map<String, Type> types(Class<? extends Record> type) {
        Map<String, Type> types = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            types.put(key(component.getName()), component.getGenericType());
        }
        return types;
    }

    /** The values of a record under their keys. */
    public static Map<String, Object> values(Record instance) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : instance.getClass().getRecordComponents()) {
            try {
                values.put(key(component.getName()), component.getAccessor().invoke(instance));
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("cannot read " + component, e);
            }
        }
        return values;
    }

    /** The values of a record under their keys, as they are written to JSON. */
    public static Map<String, Object> written(Record instance) {
        Map<String, Object> values = values(instance);
        values.replaceAll((key, value) -> Values.written(value));
        return values;
    }

    /** {@code instance} with the values of {@code replacements} in place of its own; one value for all layers may stand for a {@link PerLayer}. */
    @SuppressWarnings("unchecked")
    static <R extends Record> R with(R instance, Map<String, Object> replacements) {
        Map<String, Object> values = values(instance);
        values.putAll(replacements);
        try {
            RecordComponent[] components = instance.getClass().getRecordComponents();
            for (RecordComponent component : components) {
                values.computeIfPresent(key(component.getName()), (_, value) ->
                        component.getType() == PerLayer.class && !(value instanceof PerLayer<?>) ? PerLayer.of(value) : value);
            }
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = instance.getClass().getDeclaredConstructor(types);
            return (R) constructor.newInstance(values.values().toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot build " + instance.getClass().getSimpleName(), e);
        }
    }
}
