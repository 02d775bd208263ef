package io.fluxo.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

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
}
