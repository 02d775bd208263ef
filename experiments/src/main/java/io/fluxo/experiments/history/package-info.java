/** Reads the folders that runs left, and says in what they differ. */
package io.fluxo.experiments.history;
