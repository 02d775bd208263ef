/** The studies that are known by name. */
package io.fluxo.experiments.study.builtin;
