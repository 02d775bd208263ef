/**
 * Trials on Spark. The driver is a process of its own ({@link io.fluxo.experiments.spark.SparkDriver}), which speaks with this one in lines of text; what of it
 * knows Spark's classes lies in {@code inside}. An executor carries out {@linkplain io.fluxo.experiments.spark.Errand errands}, one a task, in the run's folder.
 */
package io.fluxo.experiments.spark;
