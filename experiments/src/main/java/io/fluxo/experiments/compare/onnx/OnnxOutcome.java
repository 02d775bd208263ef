package io.fluxo.experiments.compare.onnx;

/**
 * What came of a test on a backend.
 *
 * @param name    the test's
 * @param reason  of FAIL: output, element, what came and what was expected; of UNSUPPORTED: what Fluxo or the backend lacks; empty for PASS
 * @param maxAbs  largest |got − expected| of floating values; 0 where none were compared
 * @param maxRel  largest |got − expected| / |expected|, where something other than 0 was expected
 * @param seconds reading, computing and comparing
 */
public record OnnxOutcome(String name, Verdict verdict, String reason, double maxAbs, double maxRel, double seconds) {

    public enum Verdict {
        /** Every output of every data set is as expected. */
        PASS,
        /** An output is not as expected, or the operator cannot be computed although Fluxo has it. */
        FAIL,
        /** Fluxo, or this backend, does not have what the test is about. */
        UNSUPPORTED
    }
}
