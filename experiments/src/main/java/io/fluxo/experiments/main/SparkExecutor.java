package io.fluxo.experiments.main;

import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.experiments.spark.ErrandRunner;
import java.util.Locale;
import java.util.function.BiFunction;

/** What an executor of Spark's starts; both sides know no more of each other than lines of text. */
public final class SparkExecutor implements BiFunction<String, String, String> {

    private final ErrandRunner runner;

    public SparkExecutor() {
        Locale.setDefault(Locale.ROOT); // as in Main
        runner = new ErrandRunner(Laboratory::open);
    }

    @Override
    public String apply(String errand, String attempt) {
        return runner.apply(errand, attempt);
    }
}
