/** What this machine can do at most, measured. */
package io.fluxo.experiments.bench.peak;
