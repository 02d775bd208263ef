package io.fluxo.experiments.spark.inside;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark's driver: gives each errand that it is told to Spark, as a job of one task, and tells the answer. Standard input and output are for that alone. */
public final class Driver {

    private static final String LOST = "Spark has ended the application, or its master is gone";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final JavaSparkContext spark;
    private final PrintStream out;
    private final AtomicInteger open = new AtomicInteger();

    private Driver(JavaSparkContext spark, PrintStream out) {
        this.spark = spark;
        this.out = out;
    }

    /** Reads settings, then errands, until its standard input ends. */
    public static void main(String[] none) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // which is a file
        int status = 0;
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            SparkConf settings = new SparkConf();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                settings.set(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
            try (JavaSparkContext spark = new JavaSparkContext(settings)) {
                requireMaster(spark);
                new Driver(spark, out).serve(in);
            }
        } catch (Exception | Error failure) { // whatever Spark throws is told
            failure.printStackTrace();
            out.println("failed " + line(failure));
            status = 1;
        }
        System.exit(status);
    }

    /** Spark gives up a master that does not answer without an exception: the application is then never given a name by it, and stops a moment later. */
    private static void requireMaster(JavaSparkContext spark) throws InterruptedException {
        for (int i = 0; i < 50 && !spark.sc().isStopped() && spark.sc().applicationId().startsWith("spark-application-"); i++) {
            Thread.sleep(100);
        }
        if (spark.sc().isStopped()) {
            throw new IllegalStateException("the master does not answer: " + spark.master());
        }
    }

    private void serve(BufferedReader in) throws IOException {
        out.println("ready " + Math.max(1, spark.defaultParallelism() / spark.sc().conf().getInt("spark.task.cpus", 1)));
        Thread.ofPlatform().daemon().start(this::watch);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            String number = line.substring(0, space);
            open.incrementAndGet();
            if (spark.sc().isStopped()) {
                throw new IllegalStateException(LOST);
            }
            JavaFutureAction<List<String>> answer = spark.parallelize(List.of(line.substring(space + 1)), 1).map(new TrialTask()).collectAsync();
            Thread.ofVirtual().start(() -> tell(number, answer));
        }
    }

    private void tell(String number, JavaFutureAction<List<String>> answer) {
        try {
            out.println("answer " + number + " " + answer.get().getFirst());
        } catch (ExecutionException failure) {
            out.println(spark.sc().isStopped() ? "failed " + LOST : "lost " + number + " " + line(failure.getCause()));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            open.decrementAndGet();
        }
    }

    /** Says it when there are errands, and no executor. */
    private void watch() {
        try {
            while (!spark.sc().isStopped()) {
                Thread.sleep(PATIENCE);
                if (open.get() > 0 && !spark.sc().isLocal() && spark.statusTracker().getExecutorInfos().length <= 1) { // one is the driver
                    out.println("waiting");
                }
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a failure says, and its first cause where that says something else, in one line. */
    private static String line(Throwable failure) {
        Throwable first = failure;
        while (first.getCause() != null && first.getCause() != first) {
            first = first.getCause();
        }
        String said = said(failure);
        return said.contains(said(first)) ? said : said + " (" + said(first) + ")";
    }

    private static String said(Throwable failure) {
        return (failure.getMessage() == null ? "" : failure.getMessage()).lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst()
                .orElse(failure.toString());
    }
}
