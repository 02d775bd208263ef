package io.fluxo.experiments.verify;

import io.fluxo.backend.Backends;
import io.fluxo.experiments.Blame;
import io.fluxo.model.Catalog;

/**
 * What there is to verify, and on what.
 *
 * @param blame names whose part a check broke on
 */
public record Installed(Backends backends, Catalog catalog, Blame blame) {}
