package io.fluxo.experiments.compare.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.compare.onnx.OnnxOutcome.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The 176 tests of the ONNX standard that the development data holds: all that Fluxo's types and operations can express pass. */
class OnnxStandardTest {

    private static final String RANDOM = "random operator: the values expected come out of NumPy's generator, and Fluxo draws from its own";

    private static final Map<String, String> BEYOND_FLUXO = Map.ofEntries(
            Map.entry("test_add_int8", "the type int8 does not exist in Fluxo (the output 'sum')"),
            Map.entry("test_add_uint16", "the type uint16 does not exist in Fluxo (the output 'sum')"),
            Map.entry("test_add_uint32", "the type uint32 does not exist in Fluxo (the output 'sum')"),
            Map.entry("test_add_uint64", "the type uint64 does not exist in Fluxo (the output 'sum')"),
            Map.entry("test_add_uint8", "the type uint8 does not exist in Fluxo (the output 'sum')"),
            Map.entry("test_attention_24_qk_matmul_output_mode3_softmax_precision", "the type float16 does not exist in Fluxo (the output 'Y')"),
            Map.entry("test_attention_4d_gqa_with_past_and_present_fp16", "the type float16 does not exist in Fluxo (the output 'Y')"),
            Map.entry("test_mul_int16", "the type int16 does not exist in Fluxo (the output 'z')"),
            Map.entry("test_mul_uint16", "the type uint16 does not exist in Fluxo (the output 'z')"),
            Map.entry("test_mul_uint8", "the type uint8 does not exist in Fluxo (the output 'z')"),
            Map.entry("test_training_dropout", RANDOM),
            Map.entry("test_training_dropout_default_mask", RANDOM),
            Map.entry("test_training_dropout_mask", RANDOM));

    private static final List<String> IN_DOUBLES = List.of("default_axes_keepdims_example", "do_not_keepdims_example", "keepdims_example",
            "negative_axes_keepdims_example", "negative_axes_keepdims_random");

    @Test
    void ejml() {
        try (Backend backend = new EjmlProvider().open(BackendOptions.DEFAULT)) {
            check(backend, 163, BEYOND_FLUXO);
        }
    }

    @Test
    void simd() {
        Map<String, String> lacking = new TreeMap<>(BEYOND_FLUXO);
        IN_DOUBLES.forEach(name -> lacking.put("test_reduce_log_sum_exp_" + name, "simd computes in f32, not in f64 (the output 'reduced')"));
        try (Backend backend = new SimdProvider().open(BackendOptions.DEFAULT)) {
            check(backend, 158, lacking);
        }
    }

    private static void check(Backend backend, int passed, Map<String, String> unsupported) {
        List<OnnxOutcome> outcomes = OnnxNodeTests.in(Fixtures.data("onnx-node-tests")).stream().map(test -> OnnxNodeTests.run(test, backend)).toList();
        Map<String, String> lacking = new TreeMap<>();
        outcomes.stream().filter(outcome -> outcome.verdict() == Verdict.UNSUPPORTED).forEach(outcome -> lacking.put(outcome.name(), outcome.reason()));

        assertThat(outcomes).filteredOn(outcome -> outcome.verdict() == Verdict.FAIL).isEmpty();
        assertThat(lacking).isEqualTo(new TreeMap<>(unsupported));
        assertThat(outcomes).hasSize(176).filteredOn(outcome -> outcome.verdict() == Verdict.PASS).hasSize(passed);
    }
}
