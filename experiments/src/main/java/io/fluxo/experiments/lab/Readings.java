package io.fluxo.experiments.lab;

import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_LAYERS;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Texts;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.task.Task;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Puts the instruments that a trial asks for to its trained model. */
final class Readings {

    private Readings() {}

    /** Tells what each measures: a number, or a curve over the layers. */
    static void take(Trial trial, Task task, Catalog catalog, Backend backend, LanguageModel model, TrialListener listener) {
        List<InstrumentMeasure> measures = trial.measures().stream().flatMap(label -> catalog.find(InstrumentMeasure.KIND, label).stream()).toList();
        if (!measures.isEmpty() && model instanceof Transformer transformer) {      // others were refused before anything was trained
            Inspected subject = new Inspected(trial.id(), trial.model(), transformer, backend);
            List<int[]> texts = Texts.of(task, trial.model().get(N_CTX));
            measures.forEach(measure -> tell(measure, measure.figures(subject, texts), trial.model().get(N_LAYERS), listener));
        }
    }

    private static void tell(InstrumentMeasure measure, double[] figures, int layers, TrialListener listener) {
        int expected = measure.byLayer() ? layers + 1 : 1;
        if (figures.length != expected) {
            throw new IllegalStateException(Text.format("the measure '%s' has %d figures, and not %d", measure.label(), figures.length, expected));
        }
        if (measure.byLayer()) {
            listener.curve(new AxisCurve(measure.label(), "layer", IntStream.rangeClosed(0, layers).asDoubleStream().boxed().toList(), Arrays.stream(figures).boxed().toList()));
        } else {
            listener.figure(measure.label(), figures[0]);
        }
    }
}
