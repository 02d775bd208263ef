/** Verdicts: rules, and conditions held against results. */
package io.fluxo.experiments.study.judge;
