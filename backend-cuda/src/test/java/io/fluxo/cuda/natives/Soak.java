package io.fluxo.cuda.natives;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.ObservedBackend;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.nd4j.Nd4jProvider;
import io.fluxo.cuda.torch.TorchProvider;
import io.fluxo.model.ModelParts;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Trains the model of the default study on an installed backend for a number of steps, and prints the process's memory and where time goes. */
public final class Soak {

    private static final int VOCABULARY = 65;
    private static final RandomKey KEY = RandomKey.of(1);

    private Soak() {}

    public static void main(String[] arguments) throws IOException {
        Natives natives = Natives.valueOf(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        int every = Integer.parseInt(arguments[2]);
        try (ObservedBackend backend = new ObservedBackend(provider(natives).open(BackendOptions.DEFAULT))) {
            Trainer trainer = trainer(backend);
            long start = System.nanoTime();
            for (int t = 1; t <= steps; t++) {
                double loss = step(trainer, t);
                if (t % every == 0) {
                    System.out.printf("step %d: loss %.4f, resident %d KiB, %.2f ms a step%n", t, loss, residentKiB(), (System.nanoTime() - start) / 1e6 / every);
                    start = System.nanoTime();
                    if (t < steps) {
                        backend.clear();
                    }
                }
            }
            backend.observations().stream().limit(30).forEach(it -> System.out.printf("%-24s %8.1f calls  %8.1f µs a step  %6.1f µs each%n", it.op(),
                    it.calls() / (double) every, it.nanos() / 1e3 / every, it.nanos() / 1e3 / it.calls()));
        }
    }

    private static BackendProvider provider(Natives natives) {
        return switch (natives) {
            case NATIVE, CUDA -> new Nd4jProvider(natives, Installation.here(), new CudaDriver());
            case TORCH -> new TorchProvider(Installation.here());
        };
    }

    static Trainer trainer(Backend backend) {
        LanguageModel model = ModelBuilder.build(ModelSpec.DEFAULT.withVocabulary(VOCABULARY), ModelParts.CATALOG);
        model.initialize(backend, DType.F32, KEY.split("init"));
        return new Trainer(backend, model, TrainingSpec.DEFAULT, TrainingParts.CATALOG, KEY.split("dropout"));
    }

    /** Step {@code t}: 4 windows of 32 tokens. */
    static double step(Trainer trainer, int t) {
        int[] windows = new int[4 * 33];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = KEY.split("data").split(t).below(VOCABULARY, i);
        }
        return trainer.step(t, windows, 4, Set.of()).loss();
    }

    /** The memory of this process that lies in RAM. */
    static long residentKiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:")).findFirst()
                .map(line -> Long.parseLong(line.replaceAll("\\D", ""))).orElseThrow();
    }
}
