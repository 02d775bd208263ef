package io.fluxo.experiments.compare.onnx;

/** Something that Fluxo does not have; the message says what. */
final class Unsupported extends RuntimeException {

    Unsupported(String reason) {
        super(reason);
    }
}
