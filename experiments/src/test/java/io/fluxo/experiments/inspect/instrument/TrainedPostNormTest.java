package io.fluxo.experiments.inspect.instrument;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.TrainedPostNorm;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Level;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Share;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Target;
import io.fluxo.layer.Pass;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exact sums on real checkpoints, with twelve layers of trained post-norm between the first term and the logit. */
class TrainedPostNormTest {

    private record Setup(BackendProvider provider, DType dtype) {

        double allowed() {
            return dtype == DType.F64 ? 1e-10 : 1e-5;
        }

        Backend open() {
            return provider.open(new BackendOptions(dtype, 0, 1));
        }
    }

    static Stream<Setup> setups() {
        return Stream.of(new Setup(new EjmlProvider(), DType.F64), new Setup(new EjmlProvider(), DType.F32), new Setup(new SimdProvider(), DType.F32));
    }

    @ParameterizedTest
    @MethodSource("setups")
    void theWordThatIsHeard(Setup setup) {
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Inspected subject = TrainedPostNorm.keywords(backend, setup.dtype);
            Run run = Run.from(subject, TrainedPostNorm.sound("yes", setup.dtype));
            int[] best = Distributions.largest(run.keeping(_ -> false).logits()[0], 2);
            assertThat(best[0]).as("the word 'yes'").isEqualTo(2);
            assertThat(Decomposition.of(subject, run).residual()).isLessThan(setup.allowed());
            DirectAttribution word = DirectAttribution.of(subject, run, new Target(0, best[0], OptionalInt.empty()));
            DirectAttribution margin = DirectAttribution.of(subject, run, new Target(0, best[0], OptionalInt.of(best[1])));
            Stream.of(word.bySubLayer(), word.byHead(), word.byNeuron(), word.bySource(), margin.bySource()).forEach(level -> holds(level, setup));
        }
    }

    @ParameterizedTest
    @MethodSource("setups")
    void theWordThatIsFilledIn(Setup setup) throws IOException {
        List<JsonNode> cases = JsonMapper.shared().readTree(Files.readString(Fixtures.data("bert12-postnorm-toy/cases.json"))).get("cases").valueStream().limit(2).toList();
        for (JsonNode one : cases) {
            int[] tokens = numbers(one.get("tokens"));
            int[] segments = numbers(one.get("segments"));
            int position = one.get("mask_pos").intValue();
            try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
                Inspected subject = TrainedPostNorm.toyBert(backend, setup.dtype, tokens);
                Run run = wanted -> {
                    Cache cache = new Cache(wanted);
                    Pass pass = subject.pass().with(cache).withAliases(subject.model().aliases());
                    Tensor x0 = subject.model().embed(pass, subject.upload(tokens), subject.upload(segments));
                    double[] logits = backend.download(subject.model().unembed(pass, subject.model().stream(pass, x0))).toDoubles();
                    Map<String, HostArray> values = new LinkedHashMap<>();
                    cache.values().forEach((name, value) -> values.put(name, backend.download(value)));
                    return new Recording(tokens, IntStream.range(0, tokens.length).mapToObj(i -> Arrays.copyOfRange(logits, 28 * i, 28 * i + 28)).toArray(double[][]::new), values);
                };
                int[] best = Distributions.largest(run.keeping(_ -> false).logits()[position], 2);
                assertThat(best[0]).isEqualTo(one.get("label").intValue());
                Decomposition made = Decomposition.of(subject, run);
                assertThat(made.residual()).isLessThan(setup.allowed());
                assertThat(made.terms()).extracting(term -> term.origin().toString()).contains("hook_embed", "hook_token_type_embed", "hook_pos_embed", "embed.ln");
                DirectAttribution word = DirectAttribution.of(subject, run, new Target(position, best[0], OptionalInt.empty()));
                DirectAttribution margin = DirectAttribution.of(subject, run, new Target(position, best[0], OptionalInt.of(best[1])));
                Stream.of(word.bySubLayer(), word.byNeuron(), margin.byNeuron()).forEach(level -> holds(level, setup));
                assertThatThrownBy(word::byHead).hasMessageContaining("no value within blocks.0.attn, times its W_O, makes what it returns");
            }
        }
    }

    private static int[] numbers(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static void holds(Level level, Setup setup) {
        assertThat(level.shares().stream().mapToDouble(Share::value).sum()).isCloseTo(level.logit(), within(setup.allowed() * Math.abs(level.logit())));
    }
}
