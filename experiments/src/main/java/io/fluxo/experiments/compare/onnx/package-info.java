/**
 * The ONNX standard's tests of single operators, run through Fluxo's own operations: a reader of their files, an evaluator that knows each operator as a
 * few lines of {@link io.fluxo.op.Ops}, and a comparison with what the standard expects.
 */
package io.fluxo.experiments.compare.onnx;
