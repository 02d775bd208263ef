/** The part that knows Spark's classes, and nothing but these and the JDK: it runs in Spark's processes. */
package io.fluxo.experiments.spark.inside;
