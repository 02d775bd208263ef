package io.fluxo.experiments.task;

/** Reads the files that tasks learn from, each once. */
public interface TaskFiles {

    /**
     * The text of {@code corpus}.
     *
     * @param corpus {@code wordnet}, or the path of a UTF-8 text file
     * @throws io.fluxo.experiments.BadInput if it cannot be read as text
     */
    TokenText text(String corpus);

    /**
     * The token ids in {@code file}.
     *
     * @throws io.fluxo.experiments.BadInput if it cannot be read
     */
    int[] ids(String file);
}
