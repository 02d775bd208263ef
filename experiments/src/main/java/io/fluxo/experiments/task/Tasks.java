package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.plugin.Catalog;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Opens tasks. A corpus that several variants share is read once, and what was read is identified by its content. */
public final class Tasks implements TaskFiles {

    private final Catalog catalog;
    private final Map<String, TokenText> texts = new HashMap<>();
    private final Map<String, int[]> ids = new HashMap<>();
    private final Map<String, Fingerprint> files = new HashMap<>();

    /** @param catalog the kinds of task that there are */
    public Tasks(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * @param holdOut whether the last tenth of a text is kept for validation
     * @throws BadInput if the corpus cannot be read as text, or the task cannot be opened
     */
    public synchronized Task open(TaskSpec spec, boolean holdOut) {
        TaskKind kind = catalog.find(TaskKind.KIND, spec.kind()).orElseThrow(() -> new IllegalArgumentException("no such task: " + spec.kind()));
        try {
            Task task = kind.open(spec, holdOut, this);
            if (task == null) {
                throw new BadInput(Text.format("the task '%s' (%s) returns null from open()", spec.kind(), Origin.of(kind.getClass())));
            }
            return task;
        } catch (BadInput | OutOfMemoryError itself) {
            throw itself;
        } catch (RuntimeException | Error thrown) {
            throw new BadInput(Text.format("the task '%s' (%s) cannot be opened: %s", spec.kind(), Origin.of(kind.getClass()), thrown), thrown);
        }
    }

    /** What was read from the file {@code path} when it was opened. */
    public synchronized Fingerprint content(String path) {
        return files.get(path);
    }

    @Override
    public synchronized TokenText text(String corpus) {
        return texts.computeIfAbsent(corpus, this::read);
    }

    @Override
    public synchronized int[] ids(String file) {
        return ids.computeIfAbsent(file, this::readIds);
    }

    private TokenText read(String corpus) {
        if (!corpus.equals(WordNet.NAME)) {
            return file("corpus", corpus, Text.format("no such corpus: give '%s' or the path of a UTF-8 text file", WordNet.NAME),
                    (in, size) -> TokenText.read(in, corpus, size));
        }
        try (InputStream in = WordNet.open()) {
            return TokenText.read(in, corpus, in.available());
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: the corpus cannot be read: %s", corpus, e.getMessage()), e);
        }
    }

    private int[] readIds(String file) {
        return file("file", file, "no such file of token ids", (in, size) -> TokenIds.read(in, file));
    }

    /** Reads a file's content. */
    @FunctionalInterface
    private interface Content<T> {
        T read(InputStream in, int size) throws IOException;
    }

    /**
     * @param key     names the file's key in messages
     * @param missing the message where there is no such file
     */
    private <T> T file(String key, String name, String missing, Content<T> content) {
        Path file;
        try {
            file = Path.of(name);
        } catch (InvalidPathException e) {
            throw new BadInput(key + ": not a path: " + e.getMessage(), e);
        }
        RegularFile.require(file);
        if (Files.isDirectory(file)) {
            throw new BadInput(Text.format("%s: is a directory; %s is one UTF-8 text file", name, key));
        }
        try (Fingerprint.Reading in = new Fingerprint.Reading(Files.newInputStream(file))) {
            long size = Files.size(file);
            if (size > TokenText.MAX_BYTES) {
                throw new BadInput(Text.format("%s: %,d bytes, larger than the limit of %,d bytes", name, size, TokenText.MAX_BYTES));
            }
            T read = content.read(in, (int) size);
            files.put(name, in.fingerprint());
            return read;
        } catch (NoSuchFileException e) {
            throw new BadInput(name + ": " + missing, e);
        } catch (AccessDeniedException e) {
            throw new BadInput(name + ": may not be read (permission denied)", e);
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", name, e.getMessage()), e);
        }
    }
}
