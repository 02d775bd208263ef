/** Statistics of a few seeds, and how numbers and measures are written for people. */
package io.fluxo.experiments.study.numbers;
