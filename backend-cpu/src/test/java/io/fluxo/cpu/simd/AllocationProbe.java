package io.fluxo.cpu.simd;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.model.ModelParts;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.train.Examples;
import io.fluxo.train.Measure;
import io.fluxo.train.Measures;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Prints the types of which a replayed step makes arrays, once its kernels are compiled: interpreted code makes one for every vector. It takes the
 * heap's own census before and after, nothing collected in between; run by {@link AllocationTest} in a JVM that does nothing else. Arguments:
 * placement, threads.
 */
public final class AllocationProbe {

    private static final int RUNS = 100;
    /** Runs before a census, and how often a compiler that is late is waited for. */
    private static final int WARM_UP = 2_000;
    private static final int PATIENCE = 30;

    /** Counts what a routine's runs leave in the heap. */
    private static final class Counted extends DelegatingBackend {
        private Map<String, Long> made = Map.of();
        
        private Counted(Backend inner) {
            super("counted", inner);
        }

        @Override
        public Routine routine(Supplier<Tensor> step) {
            Routine routine = inner.routine(step);
            boolean[] begun = {false};
            return () -> {
                count(routine);
                for (int i = 0; i < PATIENCE && begun[0] && !made.isEmpty(); i++) {
                    for (int run = 0; run < WARM_UP; run++) {
                        inner.release(routine.run());
                    }
                    count(routine);
                }
                begun[0] = true;
                return routine.run();
            };
        }

        private void count(Routine routine) {
            System.gc();
            String before = census();
            for (int i = 0; i < RUNS; i++) {
                inner.release(routine.run());
            }
            String after = census();
            made = arrays(after);
            arrays(before).forEach((type, count) -> made.merge(type, -count, Long::sum));
            made.values().removeIf(count -> count < RUNS / 10); // a census makes one or two
        }
    }

    private AllocationProbe() {}

    public static void main(String[] arguments) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 64).with(N_HEADS, 2).with(D_MLP, 128).with(N_CTX, 32).with(D_VOCAB, 29).with(NORM_AFFINE, true).with(PLACEMENT, arguments[0]);
        try (Counted backend = new Counted(new SimdBackend(Integer.parseInt(arguments[1])))) {
            LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
            model.initialize(backend, DType.F32, RandomKey.of(1));
            Trainer trainer = new Trainer(backend, model, TrainingSpec.DEFAULT, TrainingParts.CATALOG, RandomKey.of(2));
            int[] windows = new int[8 * 33];
            trainer.step(1, windows, 8, Set.of());
            System.out.println("while it is asked, recorded and interpreted: " + (backend.made.containsKey("[F") ? "arrays" : "none"));
            trainer.step(2, windows, 8, Set.of());
            System.out.println("in %d replays: %s".formatted(RUNS, backend.made));
            Set<Measure> measures = Set.copyOf(Measures.BUILT_IN);
            trainer.step(3, windows, 8, measures);
            trainer.step(4, windows, 8, measures);
            System.out.println("in %d replays that measure: %s".formatted(RUNS, backend.made));
            for (int t = 1; t <= 2; t++) {
                trainer.evaluate(Examples.successors(windows, 8));
            }
            System.out.println("in %d evaluations: %s".formatted(RUNS, backend.made));
        }
    }

    /** What the heap holds, dead objects included. */
    private static String census() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer().invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram", new Object[] {new String[] {"-all"}}, new String[] {String[].class.getName()});
        } catch (JMException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** How many arrays of each type there are; those left out that a census itself leaves behind. */
    private static Map<String, Long> arrays(String census) {
        Set<String> own = Set.of("[B", "[C", "[Ljava.lang.String;", "[Ljavax.management.ObjectName$Property;", "[Ljdk.internal.vm.FillerElement;");
        return census.lines().map(line -> line.strip().split("\\s+")).filter(line -> line.length >= 4 && line[3].startsWith("["))
                .filter(line -> !own.contains(line[3])).collect(Collectors.toMap(line -> line[3], line -> Long.valueOf(line[1]), Long::sum, TreeMap::new));
    }
}
