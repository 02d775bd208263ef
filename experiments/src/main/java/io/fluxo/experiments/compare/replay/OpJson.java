package io.fluxo.experiments.compare.replay;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Operations at known sizes as JSON: {@code {"name": "sum", "axes": [1], "keep": true}}. The language is sealed, so that its records are all there is to read. */
final class OpJson {

    private static final Map<String, Class<?>> OPERATIONS = operations();

    private OpJson() {}

    private static Map<String, Class<?>> operations() {
        Map<String, Class<?>> known = new TreeMap<>();
        Stream.of(PrimitiveOp.class, FusedOp.class, UpdateOp.class).flatMap(OpJson::records).forEach(op -> known.put(op.getSimpleName(), op));
        return known;
    }

    private static Stream<Class<?>> records(Class<?> op) {
        return op.isRecord() ? Stream.of(op) : Arrays.stream(op.getPermittedSubclasses()).flatMap(OpJson::records);
    }

    static ObjectNode write(Op op) {
        ObjectNode node = Json.object().put("name", op.getClass().getSimpleName());
        for (RecordComponent component : op.getClass().getRecordComponents()) {
            node.set(component.getName(), value(get(component, op)));
        }
        return node;
    }

    private static Object get(RecordComponent component, Op op) {
        try {
            return component.getAccessor().invoke(op);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static JsonNode value(Object value) {
        return switch (value) {
            case Dim dim -> Json.of(dim.size());
            case Scalar scalar -> Json.of(Double.toString(scalar.value()));                  // −∞ is no JSON number
            case Shape shape -> Json.of(Arrays.stream(shape.sizes()).boxed().toList());
            case DType dtype -> Json.of(dtype.name());
            case Enum<?> constant -> Json.of(constant.name());
            default -> Json.of(value);
        };
    }

    /** @throws BadInput where it is no operation of the language, or its settings are not */
    static Op read(JsonNode node) {
        Class<?> type = OPERATIONS.get(node.path("name").asString(""));
        if (type == null) {
            throw new BadInput("operation: " + BadInput.legal("no operation named", node.path("name").asString(""), List.copyOf(OPERATIONS.keySet())));
        }
        List<Object> arguments = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            try {
                arguments.add(argument(component.getType(), node.path(component.getName())));
            } catch (RuntimeException wrong) {
                throw new BadInput(Text.format("operation %s: '%s' is %s, which is no %s", type.getSimpleName(), component.getName(), node.path(component.getName()),
                        component.getType().getSimpleName().toLowerCase(Locale.ROOT)), wrong);
            }
        }
        try {
            return (Op) type.getDeclaredConstructors()[0].newInstance(arguments.toArray());
        } catch (ReflectiveOperationException | RuntimeException wrong) {
            throw new BadInput(Text.format("operation %s: its settings cannot be used: %s", type.getSimpleName(), wrong.getMessage()), wrong);
        }
    }

    private static Object argument(Class<?> type, JsonNode node) {
        if (type == int.class) {
            return whole(node);
        } else if (type == boolean.class) {
            return truth(node);
        } else if (type == double.class) {
            return number(node);
        } else if (type == Dim.class) {
            return Dim.of(whole(node));
        } else if (type == Scalar.class) {
            return Scalar.of(Double.parseDouble(text(node)));
        } else if (type == Shape.class) {
            return ReplayFile.shape(node);
        } else if (type == DType.class) {
            return DType.valueOf(text(node));
        } else if (type == FusedOp.Mask.class) {
            return FusedOp.Mask.valueOf(text(node));
        } else if (type == FusedOp.Pairs.class) {
            return FusedOp.Pairs.valueOf(text(node));
        } else if (type == List.class) {
            return wholes(node);
        }
        throw new IllegalStateException("settings of type " + type + " are not known");
    }

    private static List<Integer> wholes(JsonNode node) {
        require(node.isArray() && node.size() <= ReplayFile.MOST_AXES);
        List<Integer> values = new ArrayList<>();
        node.forEach(one -> values.add(whole(one)));
        return values;
    }

    static int whole(JsonNode node) {
        require(node.isInt());
        return node.intValue();
    }

    private static boolean truth(JsonNode node) {
        require(node.isBoolean());
        return node.booleanValue();
    }

    private static double number(JsonNode node) {
        require(node.isNumber());
        return node.doubleValue();
    }

    private static String text(JsonNode node) {
        require(node.isString());
        return node.stringValue();
    }

    private static void require(boolean right) {
        if (!right) {
            throw new IllegalArgumentException("another kind of value");
        }
    }
}
