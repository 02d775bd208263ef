package io.fluxo.experiments.compare.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OperationCasesTest {

    @Test
    void everyOperationIsCompared() {
        Set<String> compared = OperationCases.all().stream().map(one -> one.operation().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        assertThat(Stream.of(PrimitiveOp.class, FusedOp.class, UpdateOp.class).flatMap(OperationCasesTest::records).map(op -> op.getSimpleName().toLowerCase(Locale.ROOT)))
                .allSatisfy(name -> assertThat(compared).contains(name));
    }

    private static Stream<Class<?>> records(Class<?> op) {
        return op.isRecord() ? Stream.of(op) : Arrays.stream(op.getPermittedSubclasses()).flatMap(OperationCasesTest::records);
    }

    @Test
    void everyFusedOperationIsComparedInBothDirections() {
        Set<String> gradients = OperationCases.all().stream().filter(one -> one.direction().equals("gradient")).map(OperationCase::operation).collect(Collectors.toSet());
        assertThat(gradients).contains("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "rmsNorm", "attention", "rotate", "crossEntropy", "dropout");
    }

    @Test
    void noTwoCasesHaveOneName() {
        assertThat(OperationCases.all().stream().collect(Collectors.groupingBy(OperationCase::what, Collectors.counting())).entrySet()).filteredOn(entry -> entry.getValue() > 1)
                .isEmpty();
    }

}
