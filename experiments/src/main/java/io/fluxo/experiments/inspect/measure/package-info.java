/** What a study can measure by instruments, once a model is trained. */
package io.fluxo.experiments.inspect.measure;
