package io.fluxo.experiments.spark;

import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.workbench.Workbench;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;

/** A workbench on which something happens while a trial is trained. */
record Meanwhile(Workbench real, Event event) {

    @FunctionalInterface
    interface Event {
        void happen() throws IOException;
    }

    Workbench workbench() {
        return (Workbench) Proxy.newProxyInstance(Workbench.class.getClassLoader(), new Class<?>[] {Workbench.class}, (_, method, arguments) -> {
            try {
                Object result = method.invoke(real, arguments);
                return result instanceof Workbench.OpenBackend backend ? new Opened(backend, event) : result;
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        });
    }

    private record Opened(Workbench.OpenBackend real, Event event) implements Workbench.OpenBackend {

        @Override
        public String stack() {
            return real.stack();
        }

        @Override
        public String dtype() {
            return real.dtype();
        }

        @Override
        public TrialExecutor executor(Duration checkpoints) {
            return (trial, task, model, listener) -> {
                event.happen();
                return real.executor(checkpoints).execute(trial, task, model, listener);
            };
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
