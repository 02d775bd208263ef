package io.fluxo.experiments.spark.inside;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;

/** What an executor does for an errand: hands it to Fluxo, which lives in a class loader of its own, so that Spark's libraries and Fluxo's do not meet. */
final class TrialTask implements Function<String, String> {

    private static final long serialVersionUID = 1;

    @Override
    public String call(String errand) {
        String attempt = SparkEnv.get().conf().getAppId() + " task " + TaskContext.get().taskAttemptId();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(World.FLUXO.getClass().getClassLoader());
        try {
            String answer = World.FLUXO.apply(errand, attempt);
            if (answer == null) {
                throw new IllegalStateException("the trial was stopped; it goes on from its checkpoint");
            }
            return answer;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Fluxo, once for each executor. */
    private static final class World {

        static final BiFunction<String, String, String> FLUXO = open();

        private World() {}

        @SuppressWarnings({"unchecked", "resource"}) // the loader stays open as long as the process
        private static BiFunction<String, String, String> open() {
            try {
                List<URL> urls = new ArrayList<>();
                for (String entry : SparkEnv.get().conf().get("spark.fluxo.classpath").split(File.pathSeparator)) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
                ClassLoader loader = new URLClassLoader("fluxo", urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
                return (BiFunction<String, String, String>) loader.loadClass("io.fluxo.experiments.main.SparkExecutor").getConstructor().newInstance();
            } catch (ReflectiveOperationException | MalformedURLException failure) {
                throw new IllegalStateException("Fluxo cannot be loaded here: " + failure, failure);
            }
        }
    }
}
