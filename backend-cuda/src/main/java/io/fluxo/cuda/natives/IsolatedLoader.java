package io.fluxo.cuda.natives;

import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A class loader for one library alone. It sees the library's jars, the adapter that uses them, the JDK, and Fluxo's own interfaces, through which both
 * sides meet. The library's static state, its dependencies and its logging are not visible outside, and nothing of the program's class path is visible
 * inside.
 */
final class IsolatedLoader extends URLClassLoader {

    private static final String SHARED = "io.fluxo.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader program;
    private final String adapter;

    IsolatedLoader(Engine engine, List<Path> jars) {
        super(engine.name(), urls(jars), ClassLoader.getPlatformClassLoader());
        this.program = IsolatedLoader.class.getClassLoader();
        this.adapter = engine.adapter() + ".";
    }

    private static URL[] urls(List<Path> jars) {
        URL adapter = IsolatedLoader.class.getProtectionDomain().getCodeSource().getLocation();
        return Stream.concat(Stream.of(adapter), jars.stream().map(IsolatedLoader::url)).toArray(URL[]::new);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.startsWith(SHARED) && !name.startsWith(adapter) ? program.loadClass(name) : super.loadClass(name, resolve);
    }
}
