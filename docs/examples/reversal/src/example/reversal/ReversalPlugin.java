package example.reversal;

import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.task.Rearrangement;
import io.fluxo.experiments.task.TaskKind;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** Brings a task, {@code task: {kind: example-reverse}}, and a study of it, {@code ablate example-reversal}. */
public final class ReversalPlugin implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        to.add(TaskKind.KIND, ReversalStudy.TASK,
                new Rearrangement.Kind((symbols, items) -> new Rearrangement(ReversalStudy.TASK, symbols, items, ReversalPlugin::reversed)));
        to.add(StudyDefinition.KIND, ReversalStudy.NAME, StudyDefinition.of(ReversalStudy.study()));
    }

    private static int[] reversed(int[] shown) {
        int[] answer = new int[shown.length];
        for (int i = 0; i < shown.length; i++) {
            answer[i] = shown[shown.length - 1 - i];
        }
        return answer;
    }
}
