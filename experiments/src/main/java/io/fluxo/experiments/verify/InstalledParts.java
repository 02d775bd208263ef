package io.fluxo.experiments.verify;

import io.fluxo.backend.Backends;
import io.fluxo.experiments.Blame;
import io.fluxo.plugin.Catalog;

/**
 * What is installed and needed to verify claims.
 *
 * @param catalog the parts that blocks are made of
 * @param blame   names the plugin whose part made a check fail
 * @param claims  the claims, and the faulty blocks that show that each check can fail
 */
public record InstalledParts(Backends backends, Catalog catalog, Blame blame, Claims claims) {}
