/** A study laid out as trials: their ids, tuning, the files they read, and what forbids them. */
package io.fluxo.experiments.study.plan;
