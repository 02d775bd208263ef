package io.fluxo.experiments.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of commands that leave a run's folder. */
final class StudyOptions extends RunOptions {

    @Option(names = "--out", paramLabel = "DIR", description = "folder for what the run leaves (default: runs/<study>-<time>)")
    Path out;

    @Option(names = "--tensorboard", description = "write TensorBoard's event files while training, to tensorboard/ in that folder; --resume goes on with them")
    boolean tensorboard;
}
