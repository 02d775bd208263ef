/** Runs trials, and keeps a run's folder: lock, metrics, environment. */
package io.fluxo.experiments.study.run;
