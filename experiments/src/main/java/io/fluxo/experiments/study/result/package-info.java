/** What a study found: variants, comparisons, sentences, results.json and results.csv. */
package io.fluxo.experiments.study.result;
