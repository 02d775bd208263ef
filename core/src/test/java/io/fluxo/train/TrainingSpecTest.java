package io.fluxo.train;

import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What makes a training impossible, and which parts it can name. */
class TrainingSpecTest {

    @Test
    void theDefaultCanBeCarriedOut() {
        assertThat(DEFAULT.violations(TrainingParts.CATALOG)).isEmpty();
    }

    @Test
    void betasAreTwoShares() {
        for (List<Double> wrong : List.of(List.of(0.9), List.of(0.9, 0.98, 0.99), List.of(0.9, 1.0), List.of(-0.1, 0.98))) {
            assertThat(DEFAULT.with(BETAS, wrong).violations(TrainingParts.CATALOG))
                    .containsExactly(new Violation("betas", "betas must be two numbers, each at least 0 and below 1, not " + wrong));
        }
    }

    @Test
    void everyOtherKeyIsCheckedToo() {
        assertThat(DEFAULT.with(BATCH, 0).with(LR, -1.0).with(OPTIMIZER, "adma").with(SCHEDULE, "cosine").violations(TrainingParts.CATALOG))
                .extracting(Violation::key).containsExactlyInAnyOrder("batch", "lr", "optimizer");
    }

    @Test
    void corePartsOfTrainingHaveTheseNames() {
        Catalog catalog = Catalog.of(new TrainingParts());
        assertThat(catalog.names(OptimizerKind.KIND)).containsExactly("sgd", "adam", "adamw", "muon");
        assertThat(catalog.names(Schedule.KIND)).containsExactly("constant", "cosine");
        assertThat(catalog.names(Measure.KIND)).containsExactly("param_grad_norm_by_layer", "stream_grad_norm_by_layer", "stream_norm_by_layer", "update_ratio",
                "token_similarity");
    }
}
