/** TensorBoard's event files: what a run writes for those who watch it there. */
package io.fluxo.experiments.study.tensorboard;
