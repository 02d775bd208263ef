package io.fluxo.experiments.verify;

import io.fluxo.backend.Backends;
import io.fluxo.model.Catalog;

/** What there is to verify, and on what. */
public record Installed(Backends backends, Catalog catalog) {}
