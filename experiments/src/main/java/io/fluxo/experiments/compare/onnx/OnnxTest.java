package io.fluxo.experiments.compare.onnx;

import java.nio.file.Path;

/**
 * One test of an operator. Its files are read when it is run.
 *
 * @param name      the folder's name: {@code test_softmax_axis_0}
 * @param directory holds model.onnx and test_data_set_0 …
 */
public record OnnxTest(String name, Path directory) {}
