package io.fluxo.experiments.lab;

import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.bench.Bench;
import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.verify.Claims;
import io.fluxo.experiments.verify.InstalledParts;
import io.fluxo.experiments.workbench.BackendRow;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The workbench over what is installed: the backends and parts that plugins brought. */
public final class Laboratory implements Workbench {

    private final Backends backends;
    private final Catalog catalog;
    private final StudyLibrary studies;
    private final Plugins plugins;

    @Inject
    Laboratory(Backends backends, Catalog catalog, StudyLibrary studies, Plugins plugins) {
        this.backends = backends;
        this.catalog = catalog;
        this.studies = studies;
        this.plugins = plugins;
    }

    /** @param plugins a folder of plugins besides those on the class path */
    public static Workbench open(Optional<Path> plugins) {
        try {
            return Guice.createInjector(new FluxoModule(plugins)).getInstance(Workbench.class);
        } catch (ProvisionException unusable) {
            throw unusable.getCause() instanceof BadInput said ? said : unusable;
        }
    }

    @Override
    public StudyLibrary studies() {
        return studies;
    }

    @Override
    public List<String> warnings() {
        return plugins.warnings();
    }

    @Override
    public Blame blame() {
        return plugins.blame();
    }

    @Override
    public SortedMap<String, String> plugins() {
        SortedMap<String, String> contents = new TreeMap<>();
        for (Path jar : plugins.jars()) {
            try {
                contents.put(jar.getFileName().toString(), Fingerprint.of(jar).sha256());
            } catch (IOException e) {
                throw new BadInput(Text.format("%s: cannot be read: %s", jar, e.getMessage()), e);
            }
        }
        return contents;
    }

    @Override
    public List<BackendRow> backends() {
        return backends.probe().entrySet().stream().map(entry -> switch (entry.getValue()) {
            case Availability.Available available -> new BackendRow(entry.getKey(), true, "", available.device(),
                    available.dtypes().stream().sorted().map(DType::label).toList(), available.kernels());
            case Availability.Unavailable unavailable ->
                    new BackendRow(entry.getKey(), false, unavailable.reason(), "", List.of(), List.of());
        }).toList();
    }

    @Override
    public OpenBackend open(BackendChoice choice) {
        BackendOptions options = new BackendOptions(dtype(choice), choice.device(), choice.threads());
        requireDtype(choice.name(), options.dtype());
        String stack = "autodiff(" + probe(choice.name(), options) + ")";
        return new OpenBackend() {
            @Override
            public String stack() {
                return stack;
            }

            @Override
            public String dtype() {
                return options.dtype().label();
            }

            @Override
            public Backend bare() {
                return backends.open(choice.name(), options);
            }

            @Override
            public TrialExecutor executor(Duration checkpoints) {
                return new Training(() -> backends.open(choice.name(), options), options.master(), catalog, checkpoints, plugins.blame());
            }
        };
    }

    /** Opens and closes the backend once, so that a fault is reported before anything is written. */
    private String probe(String name, BackendOptions options) {
        try (Backend backend = backends.open(name, options)) {
            return backend.name();
        } catch (BackendUnavailableException unavailable) {
            throw new BackendUnavailable(unavailable.getMessage(), unavailable);
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the backend
        } catch (RuntimeException | Error broken) {
            throw new BackendUnavailable(Text.format("the backend '%s' cannot run: %s", name, plugins.blame().message(broken)), broken);
        }
    }

    /** Refuses a type that the backend does not have, and names the backends here that have it. */
    private void requireDtype(String name, DType dtype) {
        if (!(backends.probe(name).orElse(null) instanceof Availability.Available chosen) || chosen.dtypes().contains(dtype)) {
            return;
        }
        List<String> others = backends.probe().entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Availability.Available other && other.dtypes().contains(dtype)).map(Map.Entry::getKey).toList();
        throw new BackendUnavailable(Text.format("--dtype %s: the backend '%s' computes in %s; %s", dtype.label(), name,
                chosen.dtypes().stream().sorted().map(DType::label).collect(Collectors.joining(", ")),
                others.isEmpty() ? "no backend that can run here has " + dtype.label() : "use --backend " + String.join(" or ", others)));
    }

    private DType dtype(BackendChoice choice) {
        if (choice.dtype().isEmpty()) {
            return DType.F32;
        }
        String wanted = choice.dtype().get().toLowerCase(Locale.ROOT);
        return Arrays.stream(DType.values()).filter(DType::isFloating).filter(dtype -> dtype.label().equals(wanted)).findFirst()
                .orElseThrow(() -> new BadInput(Text.format("--dtype %s: there is no such type; choose %s", choice.dtype().get(),
                        Arrays.stream(DType.values()).filter(DType::isFloating).map(DType::label).collect(Collectors.joining(", ")))));
    }

    @Override
    public Catalog catalog() {
        return catalog;
    }

    @Override
    public InstalledParts installed() {
        return new InstalledParts(backends, catalog, plugins.blame(), Claims.of(catalog));
    }

    @Override
    public Bench bench(BenchCase spec, String backend) {
        BackendOptions options = new BackendOptions(spec.dtype(), 0, spec.threads());
        probe(backend, options);
        return new Bench(spec, () -> backends.open(backend, options), catalog);
    }

    @Override
    public List<Violation> obstacles(ModelSpec model, TrainingSpec training, BackendChoice backend) {
        long heap = catalog.find(BackendProvider.KIND, backend.name()).filter(BackendProvider::onHeap).isPresent() ? Runtime.getRuntime().maxMemory() : Long.MAX_VALUE;
        return new Obstacles(catalog, dtype(backend), heap).of(model, training);
    }

    @Override
    public ModelSize size(ModelSpec model) {
        return ProductCounter.size(model, catalog, plugins.blame());
    }
}
