package io.fluxo.cuda.natives;

import java.util.SortedSet;

/** Something that is not part of the default download, and is fetched by {@code ./fluxo install}. */
public interface Download {

    /** The name users type, which is also that of the Maven profile. */
    String label();

    /** What it brings, in the plural: {@code natives}. */
    String content();

    /** The platforms that there is this for. */
    SortedSet<String> platforms();

    /** What an install downloads to an empty Maven repository, in units of 10⁶ bytes; an error for a platform that there is nothing for. */
    int megabytes(String platform);
}
