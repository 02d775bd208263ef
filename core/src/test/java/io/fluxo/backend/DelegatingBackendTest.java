package io.fluxo.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.op.Engine;
import io.fluxo.op.FusedOp;
import io.fluxo.tensor.Tensor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a decorator does not mention reaches the inner backend: a default of the interface would hide what the inner one is better at. */
class DelegatingBackendTest {

    @Test
    void everythingIsPassedOn() throws NoSuchMethodException {
        List<Method> methods = Arrays.stream(Backend.class.getMethods()).filter(method -> !Modifier.isStatic(method.getModifiers())).toList();
        assertThat(methods).hasSizeGreaterThan(12);
        for (Method method : methods) {
            Method own = DelegatingBackend.class.getMethod(method.getName(), method.getParameterTypes());
            assertThat(own.getDeclaringClass()).as(method.toString()).isEqualTo(DelegatingBackend.class);
        }
    }

    /**
     * A decorator that must see every operation sees it whichever way it is asked for: what it does not override goes past it to the inner backend.
     * {@code fuses} runs nothing.
     */
    @ParameterizedTest
    @ValueSource(classes = {CheckedBackend.class, ObservedBackend.class, AutodiffBackend.class})
    void whoSeesOperationsSeesThemAll(Class<? extends DelegatingBackend> decorator) throws NoSuchMethodException {
        List<Method> operations = Stream.concat(Arrays.stream(Engine.class.getMethods()),
                        Stream.of(Backend.class.getMethod("backwardOnto", FusedOp.class, Tensor[].class, Engine.Fused.class, Tensor.class, Tensor.class),
                                Backend.class.getMethod("routine", Supplier.class)))
                .filter(method -> !method.getName().equals("fuses")).toList();
        assertThat(operations).hasSize(8);
        for (Method operation : operations) {
            Class<?> declaring = decorator.getMethod(operation.getName(), operation.getParameterTypes()).getDeclaringClass();
            assertThat(declaring).as("%s.%s", decorator.getSimpleName(), operation.getName()).isEqualTo(decorator);
        }
    }
}
