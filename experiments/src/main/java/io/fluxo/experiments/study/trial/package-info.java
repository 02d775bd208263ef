/** One training: what it is, what it tells while it runs, what came of it, and its record on disk. */
package io.fluxo.experiments.study.trial;
