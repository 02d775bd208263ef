package io.fluxo.experiments.compare.onnx;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.Optional;

/**
 * A tensor of a file.
 *
 * @param name   may be empty
 * @param values empty where Fluxo does not have the type
 */
record OnnxTensor(String name, ElementType type, Shape shape, Optional<HostArray> values) {}
