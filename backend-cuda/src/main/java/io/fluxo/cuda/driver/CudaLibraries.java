package io.fluxo.cuda.driver;

import io.fluxo.text.Text;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where CUDA's libraries are. They are looked for in this order: the folders of {@code FLUXO_CUDA_LIBRARIES}; what the system's loader finds by name; where
 * containers and WSL put the driver; the folders of NVIDIA's Python packages, of the environment that is active, of the {@code python3} on the path, of the user and of
 * the system; {@code CUDA_HOME}, {@code CUDA_PATH} and {@code /usr/local/cuda}. CUDA 13 comes before CUDA 12 in each of them.
 *
 * @param explicit    folders that the user has named; may be empty
 * @param environment the process's environment variables
 * @param home        the user's home folder
 */
public record CudaLibraries(List<Path> explicit, Map<String, String> environment, Path home) {

    /** The variable, or system property, that names folders. */
    public static final String VARIABLE = "FLUXO_CUDA_LIBRARIES";
    public static final String PROPERTY = "fluxo.cuda.libraries";

    /** Of links from a {@code python3} to the next. */
    private static final int MOST_LINKS = 8;

    /** A library by the names of its files, newest first. */
    enum Library {
        DRIVER("the CUDA driver", "libcuda.so.1"),
        NVRTC("NVRTC, CUDA's compiler at run time,", "libnvrtc.so.13", "libnvrtc.so.12"),
        CUBLAS_LT("cuBLASLt, CUDA's matrix products,", "libcublasLt.so.13", "libcublasLt.so.12");

        private final String meaning;
        private final List<String> files;

        Library(String meaning, String... files) {
            this.meaning = meaning;
            this.files = List.of(files);
        }
    }

    public CudaLibraries {
        explicit = List.copyOf(explicit);
        environment = Map.copyOf(environment);
    }

    /** Those of this machine. */
    public static CudaLibraries here() {
        String named = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, ""));
        List<Path> explicit = Stream.of(named.split(File.pathSeparator)).filter(folder -> !folder.isBlank()).map(Path::of).toList();
        return new CudaLibraries(explicit, System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * Loads a library from the first place that has it.
     *
     * @throws UnusableLibraryException where no place has it, or the one that was found cannot be used
     */
    <F extends Enum<F> & NativeFunction> NativeLibrary<F> load(Library library, Class<F> functions) {
        Optional<Path> explicitly = find(explicit, library.files);
        if (explicitly.isPresent()) {
            return load(explicitly.get(), functions);
        }
        for (String file : library.files) {
            if (NativeLibrary.isLoadable(file)) {
                return NativeLibrary.load(file, functions);
            }
        }
        Path file = find(folders(), library.files).orElseThrow(() -> new UnusableLibraryException(Text.format(
                "%s is not found: %s (looked in %s, the system's libraries, Python's nvidia packages and CUDA_HOME)", library.meaning,
                String.join(" or ", library.files), VARIABLE)));
        return load(file, functions);
    }

    /** What a library loads by name while it runs is loaded before it, from the same folder: then the name is known. */
    private static <F extends Enum<F> & NativeFunction> NativeLibrary<F> load(Path file, Class<F> functions) {
        try (Stream<Path> beside = Files.list(file.getParent())) {
            beside.filter(other -> other.getFileName().toString().startsWith("libnvrtc-builtins.so")).sorted().forEach(other -> NativeLibrary.isLoadable(other.toString()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return NativeLibrary.load(file.toString(), functions);
    }

    private static Optional<Path> find(List<Path> folders, List<String> files) {
        return folders.stream().flatMap(folder -> files.stream().map(folder::resolve)).filter(Files::isRegularFile).map(Path::toAbsolutePath).findFirst();
    }

    /** The folders after the system's, in their order. */
    List<Path> folders() {
        List<Path> folders = new ArrayList<>(List.of(Path.of("/usr/local/nvidia/lib64"), Path.of("/usr/lib/wsl/lib")));
        for (Path packages : sitePackages()) {
            folders.add(packages.resolve("nvidia/cu13/lib"));
            matching(packages.resolve("nvidia"), "*").forEach(part -> folders.add(part.resolve("lib")));
        }
        Stream.of("CUDA_HOME", "CUDA_PATH").map(environment::get).filter(home -> home != null && !home.isBlank()).map(Path::of).forEach(home -> addToolkit(folders, home));
        addToolkit(folders, Path.of("/usr/local/cuda"));
        return folders;
    }

    private static void addToolkit(List<Path> folders, Path home) {
        folders.add(home.resolve("lib64"));
        folders.add(home.resolve("lib"));
        folders.add(home.resolve("targets/x86_64-linux/lib"));
    }

    /** Python's folders of packages: of the virtual environment, of conda, of the user, of the system. */
    private List<Path> sitePackages() {
        List<Path> packages = new ArrayList<>();
        Stream.of("VIRTUAL_ENV", "CONDA_PREFIX").map(environment::get).filter(prefix -> prefix != null && !prefix.isBlank()).map(Path::of)
                .forEach(prefix -> addPackages(packages, prefix));
        pythons().forEach(python -> addPackages(packages, python.getParent().getParent()));
        addPackages(packages, home.resolve(".local"));
        addPackages(packages, Path.of("/usr/local"));
        addPackages(packages, Path.of("/usr"));
        return packages;
    }

    /** The {@code python3} on the path, and what it links to: an environment's own packages lie beside the link. */
    private List<Path> pythons() {
        List<Path> pythons = new ArrayList<>();
        Optional<Path> found = Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).filter(entry -> !entry.isBlank())
                .map(entry -> Path.of(entry, "python3").toAbsolutePath()).filter(Files::isExecutable).findFirst();
        while (found.isPresent() && pythons.size() < MOST_LINKS && found.get().getNameCount() > 2) {
            Path python = found.get();
            pythons.add(python);
            found = target(python);
        }
        return pythons;
    }

    private static Optional<Path> target(Path link) {
        try {
            return Files.isSymbolicLink(link) ? Optional.of(link.getParent().resolve(Files.readSymbolicLink(link)).normalize()) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static void addPackages(List<Path> packages, Path prefix) {
        for (Path python : matching(prefix.resolve("lib"), "python3*")) {
            Stream.of("site-packages", "dist-packages").map(python::resolve).filter(Files::isDirectory).forEach(packages::add);
        }
    }

    private static List<Path> matching(Path folder, String pattern) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(folder, pattern)) {
            entries.forEach(found::add);
        } catch (IOException unreadable) {
            return List.of();                            // a folder that cannot be read holds nothing for us
        }
        found.sort(null);
        return found;
    }
}
