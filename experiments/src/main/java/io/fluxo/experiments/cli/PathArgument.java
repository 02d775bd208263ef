package io.fluxo.experiments.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Paths on the command line. */
final class PathArgument implements ITypeConverter<Path> {

    @Override
    public Path convert(String given) {
        try {
            return Path.of(given);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(message(e));
        }
    }

    /** Which characters a path may hold is the locale's matter where it is not UTF-8. */
    static String message(InvalidPathException e) {
        return "'" + e.getInput() + "' is no path here: " + e.getReason() + " (file names are read as " + System.getProperty("sun.jnu.encoding") + ")";
    }
}
