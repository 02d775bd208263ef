package io.fluxo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrderTest {

    @Test
    void everyOperationHasItsPlace() {
        assertThat(Order.PRIMITIVES).containsExactlyInAnyOrderElementsOf(names(PrimitiveOp.class).toList());
        assertThat(Order.FUSED).containsExactlyInAnyOrderElementsOf(names(FusedOp.class).toList());
    }

    @Test
    void everyOperationIsTried() {
        assertThat(Suite.values(DType.F32)).extracting(Check::subject).containsAll(Order.PRIMITIVES).containsAll(Order.FUSED);
    }

    private static Stream<String> names(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses()).flatMap(one -> one.isInterface() ? names(one)
                : Stream.of(Character.toLowerCase(one.getSimpleName().charAt(0)) + one.getSimpleName().substring(1)));
    }
}
