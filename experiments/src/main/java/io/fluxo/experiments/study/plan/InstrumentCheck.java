package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Texts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.Optional;

/** Whether what a study measures by instruments has a meaning on each of its models. */
final class InstrumentCheck {

    private InstrumentCheck() {}

    /** @throws io.fluxo.experiments.BadInput that names the measure, the variant, and the fact about it */
    static void require(PreparedTrial prepared, Catalog catalog, Locations locations) {
        for (String label : prepared.trial().measures()) {
            catalog.find(InstrumentMeasure.KIND, label).flatMap(measure -> against(measure, prepared, catalog)).ifPresent(reason -> {
                throw locations.complaint("measure", Text.format("%s has no meaning for '%s': %s", label, prepared.trial().variant(), reason));
            });
        }
    }

    private static Optional<String> against(InstrumentMeasure measure, PreparedTrial prepared, Catalog catalog) {
        ModelSpec spec = prepared.trial().model();
        if (spec.get(FAMILY) != Family.TRANSFORMER) {
            return Optional.of(Text.format("a model of family %s has no attention and no residual stream", Values.label(spec.get(FAMILY))));
        }
        return Texts.against(prepared).or(() -> measure.against(spec, ModelBuilder.transformer(spec, catalog)));
    }
}
