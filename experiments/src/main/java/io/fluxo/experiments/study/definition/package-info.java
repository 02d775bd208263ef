/** A study with its rule for a verdict and its plots. */
package io.fluxo.experiments.study.definition;
