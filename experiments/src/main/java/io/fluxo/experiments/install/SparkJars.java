package io.fluxo.experiments.install;

import io.fluxo.cuda.natives.Download;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Spark, which trains the trials of a study on other machines; the same for every platform that Fluxo's launcher runs on. */
public enum SparkJars implements Download {

    /** The one there is. */
    SPARK;

    private static final int MEGABYTES = 249;

    @Override
    public String label() {
        return "spark";
    }

    @Override
    public String content() {
        return "Spark's jars";
    }

    @Override
    public SortedSet<String> platforms() {
        return new TreeSet<>(List.of("linux-x86_64", "linux-arm64", "macosx-x86_64", "macosx-arm64"));
    }

    @Override
    public int megabytes(String platform) {
        return MEGABYTES;
    }
}
