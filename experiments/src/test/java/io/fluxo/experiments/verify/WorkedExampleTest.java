package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.verify.example.Dataflow.Arrow;
import io.fluxo.experiments.verify.example.LayerNormOnPaper;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.tensor.DType;
import org.junit.jupiter.api.Test;

class WorkedExampleTest {

    private static final Realisation POST = realisation("post");

    /** Figures of an independent float64 implementation. */
    @Test
    void theNormsOfThePrintedVectorsAreTheKnownOnes() {
        LayerNormOnPaper first = LayerNormOnPaper.of(Published.T2);
        assertThat(first.mean()).isEqualTo(0.65, within(1e-12));
        assertThat(first.deviation()).isEqualTo(0.42720, within(1e-5));
        assertThat(first.normalized()).containsExactly(new double[] {1.28745, -0.58521, -1.28745, 0.58521}, within(1e-5));
        assertThat(first.gainFor(Published.T3)).containsExactly(new double[] {0.6214, 0.3418, -0.3884, 0.3418}, within(1e-4));
        LayerNormOnPaper second = LayerNormOnPaper.of(Published.T5);
        assertThat(second.normalized()).containsExactly(new double[] {1.06892, -1.49649, 0.72687, -0.29930}, within(1e-5));
        assertThat(second.gainFor(Published.H)).containsExactly(new double[] {0.2807, 0.6014, 0.6879, -1.0023}, within(1e-4));
        assertThat(first.fromScalarGain(first.normalized())).isEqualTo(0, within(1e-12));
        assertThat(first.fromScalarGain(Published.T3)).isGreaterThan(0.5);
    }

    @Test
    void theTrueChainIsTheKnownOne() {
        Finding finding = Verified.OUTCOME.of("worked-example-layernorm").getFirst().finding();
        assertThat(finding.measured()).contains("LN(t2) = [1.28745, −0.58521, −1.28745, 0.58521]", "LN(t5) = [1.06892, −1.49649, 0.72687, −0.2993]");
        assertThat(finding.derivation())
                .anyMatch(line -> line.contains("t5 = [1.38745, −0.98521, −1.08745, 0.48521], h = [1.38582, −0.90161, −1.00019, 0.51598]"));
    }

    @Test
    void aRealBlockGivesThePrintedNumbers() {
        assertThat(POST.symbols().keySet()).containsExactlyElementsOf(Published.SYMBOLS);
        POST.symbols().forEach((symbol, value) -> assertThat(value).as(symbol).containsExactly(Published.value(symbol), within(1e-10)));
    }

    @Test
    void theDataflowIsDrawnWithLiveNumbers() {
        assertThat(POST.flow().edges()).contains(new Arrow("Contextos", "MultiHeadAttention"), new Arrow("x", "t2"), new Arrow("LayerNorm(t3)", "t3"),
                new Arrow("t3", "t5"), new Arrow("LayerNorm(h)", "h")).hasSize(13);
        assertThat(Mermaid.graph(POST.flow(), POST.symbols())).startsWith("graph LR\n")
                .contains("t2 = [1.2, 0.4, 0.1, 0.9]<br>published [1.2, 0.4, 0.1, 0.9]");
    }

    @Test
    void aDiagramIsReadAsItIsDrawn() {
        assertThat(Mermaid.edges("graph LR\n A[x2] --> B(MultiHeadAttention);\n B --> D[t1]\n A --> E[t2=x2+t1]\n E --> F(LayerNorm)\n F --> G[hi]\n"))
                .containsExactly(new Arrow("x", "MultiHeadAttention"), new Arrow("MultiHeadAttention", "t1"), new Arrow("x", "t2"),
                        new Arrow("t2", "LayerNorm(h)"),
                        new Arrow("LayerNorm(h)", "h"));
    }

    private static Realisation realisation(String placement) {
        try (Apparatus apparatus = new Apparatus(Verified.INSTALLED.backends(), Verified.INSTALLED.catalog(), Verified.SETTINGS)) {
            return Realisation.of(Candidates.named(placement, Verified.INSTALLED), apparatus.reference(), DType.F64, 1);
        }
    }
}
