/** Verdicts: rules, and conditions checked on results. */
package io.fluxo.experiments.study.judge;
