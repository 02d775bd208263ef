package io.fluxo.experiments.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of commands that use registered parts. */
class PluginOptions extends CommonOptions {

    @Option(names = "--plugins", paramLabel = "DIR", description = "folder with further backends, blocks and norms (default: plugins)")
    Path plugins;

    @Override
    Optional<Path> pluginFolder() {
        return Optional.ofNullable(plugins).or(super::pluginFolder);
    }
}
