package io.fluxo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** What the author of a backend that is not finished is told. */
class ConformanceSummaryTest {

    /** Has neither gather nor erf nor the kernel for softmax that it promises, and its square root is wrong. */
    private static final class Incomplete extends BackendConformance {

        private String said;

        @Override
        void say(String text) {
            said = text;
        }

        @Override
        protected Backend open() {
            return new DelegatingBackend("incomplete", new EjmlProvider().open(BackendOptions.DEFAULT)) {
                @Override
                public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                    return switch (op) {
                        case PrimitiveOp.Gather _, PrimitiveOp.Erf _ -> throw new UnsupportedOperationException(op.name() + " is not written yet");
                        case PrimitiveOp.Sqrt _ -> new Ops(inner).scale(inner.execute(op, inputs), 1.5);
                        default -> super.execute(op, inputs);
                    };
                }

                @Override
                public boolean fuses(FusedOp op) {
                    return op instanceof FusedOp.Softmax || op instanceof FusedOp.LogSoftmax;
                }

                @Override
                public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
                    if (op instanceof FusedOp.Softmax) {
                        throw new UnsupportedOperationException("softmax is not written yet");
                    }
                    return new Fused(op.compose(new Ops(new NoKernels(inner)), inputs));
                }

                @Override
                public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
                    return new ComposedKernels(inner).backward(op, inputs, forward, gradient);
                }

                @Override
                public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
                    return new ComposedKernels(inner).backwardOnto(op, inputs, forward, gradient, sum);
                }
            };
        }
    }

    @Test
    void eachOperationStandsInItsPlaceWithWhatItNeeds() throws IOException {
        Set<String> some = Set.of("constant", "sqrt", "erf", "gather", "scatterAdd", "softmax", "logSoftmax", "gelu", "relu", "rmsNorm",
                "every type goes up and comes back", "assign [3]");
        Incomplete suite = new Incomplete();
        suite.openBackend();
        List<Throwable> thrown = new ArrayList<>();
        for (DynamicTest test : Stream.of(suite.kernelsAgainstCompositions(), suite.values(), suite.gradients(), suite.scopes(), suite.updates())
                .flatMap(tests -> tests).filter(test -> some.contains(test.getDisplayName())).toList()) {
            try {
                test.getExecutable().execute();
            } catch (Throwable failure) {
                thrown.add(failure);
            }
        }
        suite.closeBackend();
        suite.summarise();

        assertThat(suite.said).contains("; next: sqrt", "  scatterAdd ", "in full: target").doesNotContain("[refused");
        List<String> lines = Files.readAllLines(Path.of("target/conformance-incomplete-ejml-f32-Incomplete.txt"));
        assertThat(lines.getFirst()).matches("conformance of incomplete\\(ejml\\) in f32: [0-9,]+ of [0-9,]+ checks failed; next: sqrt");
        List<String> rows = lines.subList(2, 13).stream().map(line -> line.strip().replaceAll(" {2,}", " | ")).toList();
        assertThat(rows).extracting(row -> row.substring(0, row.indexOf(' '))).containsExactly("scopes", "constant", "sqrt", "erf", "gather", "scatterAdd",
                "relu", "gelu", "softmax", "logSoftmax", "rmsNorm");
        assertThat(rows.get(0)).isEqualTo("scopes | 1/1 | passed");
        assertThat(rows.get(2)).matches("sqrt \\| ./12 \\| 0/10 \\| [0-9]+ of 22 failed: sqrt .* instead of .*");
        assertThat(rows.get(3)).matches("erf \\| 0/13 \\| 0/10 \\| missing: .*erf is not written yet");
        assertThat(rows.get(4)).matches("gather \\| 0/62 \\| 0/61 \\| missing: .*gather is not written yet");
        assertThat(rows.get(5)).isEqualTo("scatterAdd | 33/33 | 0/32 | needs gather");
        assertThat(rows.get(6)).matches("relu \\| .* \\| passed");
        assertThat(rows.get(7)).matches("gelu \\| .* \\| needs erf");
        assertThat(rows.get(8)).matches("softmax \\| 0/24 \\| 0/20 \\| 0/24 \\| missing: .*softmax is not written yet");
        assertThat(rows.get(9)).matches("logSoftmax \\| ([0-9]+)/\\1 \\| ([0-9]+)/\\2 \\| ([0-9]+)/\\3 \\| passed");
        assertThat(rows.get(10)).matches("rmsNorm \\| .* failed: .*");
        assertThat(lines).as("below the table, every failure").contains("values: erf []: java.lang.UnsupportedOperationException: erf is not written yet   [refused: erf]");

        assertThat(thrown).as("subjects that failed").hasSize(14).allSatisfy(failure -> {
            assertThat(failure).isInstanceOf(AssertionError.class).hasMessageMatching("(?s)[0-9]+ of [0-9]+ checks failed:.*");
            assertThat(failure.getMessage().lines().count()).isLessThanOrEqualTo(7);
            assertThat(failure.getStackTrace()).hasSizeLessThanOrEqualTo(12);
            assertThat(failure.getSuppressed()).isEmpty();
        });
    }

    @Test
    void aBackendThatIsRightIsToldInOneLine() throws IOException {
        final class Right extends BackendConformance {
            private String said;

            @Override
            void say(String text) {
                said = text;
            }

            @Override
            protected Backend open() {
                return new EjmlProvider().open(BackendOptions.DEFAULT);
            }
        }
        Right suite = new Right();
        suite.openBackend();
        for (DynamicTest test : suite.scopes().toList()) {
            try {
                test.getExecutable().execute();
            } catch (Throwable failure) {
                throw new AssertionError(failure);
            }
        }
        suite.closeBackend();
        suite.summarise();
        String headline = "conformance of ejml in f32: all 16 checks passed";
        assertThat(suite.said).isEqualTo(headline + "; in full: target" + File.separator + "conformance-ejml-f32-Right.txt");
        assertThat(Files.readAllLines(Path.of("target/conformance-ejml-f32-Right.txt")).getFirst()).isEqualTo(headline);
    }
}
