package io.fluxo.experiments.verify;

import io.fluxo.backend.Backends;
import io.fluxo.experiments.Blame;
import io.fluxo.plugin.Catalog;

/**
 * What there is to verify, and on what.
 *
 * @param catalog the parts that blocks are made of
 * @param blame   names whose part a check broke on
 * @param claims  what is claimed of them, and the faulty blocks that show each check can fail
 */
public record InstalledParts(Backends backends, Catalog catalog, Blame blame, Claims claims) {}
