package io.fluxo.experiments.inspect.view;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.experiments.inspect.instrument.DirectAttribution;
import io.fluxo.experiments.inspect.instrument.Origin;
import io.fluxo.model.ModelSpec;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is shown of attribution, circuits and value-weighted patterns is what the instruments say, and adds up. */
class InspectionTest {

    private static final int[] IDS = Specimens.ids(7, 3);

    private static JsonNode seen(ModelSpec spec) {
        AtomicReference<JsonNode> found = new AtomicReference<>();
        Specimens.with(spec, subject -> {
            Specimens.stir(subject);
            found.set(InspectJson.of(Inspector.inspect(subject, new Inspector.Asked(IDS, Inspector.Lens.LOGIT, true, List.of(), Optional.empty(), 1), Integer::toString), Integer::toString));
        });
        return found.get();
    }

    @Test
    void sourcesAndNeuronsAddUpToTheLogitWithTheOthers() {
        for (String placement : List.of("pre", "post", "sandwich")) {
            JsonNode attribution = seen(Specimens.SMALL.with(PLACEMENT, placement)).path("attribution");
            double logit = attribution.path("by_sub_layer").path("logit").doubleValue();
            JsonNode sources = attribution.path("by_source");
            assertThat(sources.path("heads").size()).isEqualTo(6);
            double moved = sources.path("others").doubleValue();
            for (JsonNode head : sources.path("heads")) {
                assertThat(head.path("values").size()).isEqualTo(IDS.length);
                double ofHead = 0;
                for (JsonNode value : head.path("values")) {
                    ofHead += value.doubleValue();
                }
                assertThat(ofHead).as(placement).isCloseTo(share(attribution.path("by_head"), new Origin.Head(head.path("layer").intValue(), head.path("head").intValue())), within(1e-9));
                moved += ofHead;
            }
            assertThat(moved).as(placement).isCloseTo(logit, within(1e-9));
            JsonNode neurons = attribution.path("by_neuron");
            assertThat(neurons.path("neurons").size()).isEqualTo(24);
            double computed = neurons.path("others").doubleValue();
            double before = Double.POSITIVE_INFINITY;
            for (JsonNode neuron : neurons.path("neurons")) {
                double value = neuron.path("value").doubleValue();
                assertThat(Math.abs(value)).isLessThanOrEqualTo(before);
                before = Math.abs(value);
                computed += value;
            }
            assertThat(computed).as(placement).isCloseTo(logit, within(1e-9));
        }
    }

    private static double share(JsonNode level, Origin origin) {
        for (JsonNode share : level.path("shares")) {
            if (share.path("origin").stringValue().equals(origin.toString())) {
                return share.path("value").doubleValue();
            }
        }
        throw new AssertionError("no share of " + origin);
    }

    /** A source's share and its value-weighted norm are of one head: they are zero together, beyond the mask. */
    @Test
    void whatIsMaskedMovesNothing() {
        JsonNode patterns = seen(Specimens.SMALL).path("patterns");
        assertThat(patterns.size()).isEqualTo(6);
        for (JsonNode head : patterns) {
            assertThat(head.path("value_weighted").size()).isEqualTo(IDS.length);
            assertThat(head.path("value_weighted").get(0).get(1).doubleValue()).isZero();
            assertThat(head.path("value_weighted").get(6).get(2).doubleValue()).isPositive();
            double moved = head.path("value_weighted").get(6).get(2).doubleValue() / head.path("pattern").get(6).get(2).doubleValue();
            assertThat(head.path("value_weighted").get(5).get(2).doubleValue() / head.path("pattern").get(5).get(2).doubleValue()).isCloseTo(moved, within(1e-9));      // ‖v_2·W_O‖
        }
    }

    @Test
    void circuitsHaveAsManySingularValuesAsAHeadHasDirections() {
        JsonNode circuits = seen(Specimens.SMALL).path("circuits");
        assertThat(circuits.size()).isEqualTo(6);
        assertThat(circuits.get(0).path("qk_singular_values").size()).isEqualTo(4);
        assertThat(circuits.get(0).path("ov_singular_values").size()).isEqualTo(4);
        assertThat(circuits.get(0).path("ov_directions").doubleValue()).isBetween(1.0, 4.0);
    }

    @Test
    void whereScoresAreNoProductWithOneMatrixTheFactIsNamed() {
        JsonNode turned = seen(Specimens.SMALL.with(POSITIONS, "rope"));
        assertThat(turned.path("circuits").get(0).has("qk_singular_values")).isFalse();
        assertThat(turned.path("circuits").get(0).path("ov_singular_values").size()).isEqualTo(4);
        assertThat(turned.path("refused").toString()).contains("the QK circuit has no meaning on this model: positions turn its queries and keys");
        assertThat(seen(Specimens.SMALL.with(QK_NORM, true)).path("refused").toString()).contains("its queries and keys are normed").doesNotContain("its values are normed");
        JsonNode within = seen(Specimens.SMALL.with(PLACEMENT, "hybrid_norm"));
        assertThat(within.path("refused").toString()).contains("its queries and keys are normed", "the OV circuit has no meaning on this model: its values are normed");
        assertThat(within.path("circuits").toString()).doesNotContain("ov_singular_values", "qk_singular_values");
        assertThat(seen(Specimens.SMALL).path("refused").size()).isZero();
    }

    /** Without attention there are no heads and no circuits, and the rest is shown. */
    @Test
    void whatIsNotThereIsNotShown() {
        JsonNode without = seen(Specimens.SMALL.with(ATTENTION, "none"));
        assertThat(without.path("circuits").size()).isZero();
        assertThat(without.path("attribution").path("by_source").path("heads").size()).isZero();
        assertThat(without.path("attribution").path("by_neuron").path("neurons").size()).isEqualTo(24);
    }

    @Test
    void theTableOfAnAttributionIsOfTheInstrument() {
        Specimens.with(Specimens.SMALL, subject -> {
            Attribution attribution = Attribution.of(subject, IDS);
            DirectAttribution.Level level = attribution.bySource().orElseThrow();
            assertThat(attribution.sources(IDS.length).stream().mapToDouble(Attribution.Sources::sum).sum())
                    .isCloseTo(level.shares().stream().filter(share -> share.origin() instanceof Origin.Source).mapToDouble(DirectAttribution.Share::value).sum(), within(1e-12));
        });
    }
}
