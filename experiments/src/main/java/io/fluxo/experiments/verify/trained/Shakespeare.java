package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.text.Text;
import java.util.function.BiFunction;

/** Tiny Shakespeare (Karpathy 2015), on which the figures of claims about trained character models were measured: 65 characters, unigram entropy 3.31 nats. */
final class Shakespeare {

    static final int CHARACTERS = 65;

    private static final double UNIGRAM = 3.31;

    private Shakespeare() {}

    /**
     * What {@code check} finds on the text; skipped where none was given, undecided where it is another text.
     *
     * @param check is given the task char_lm, of which the last tenth is kept back, and the text itself
     */
    static Finding on(Apparatus apparatus, BiFunction<Task, CharacterText, Finding> check) {
        if (apparatus.corpus().isEmpty()) {
            return Finding.skipped("needs the text Tiny Shakespeare: give its file with --corpus");
        }
        String file = apparatus.corpus().get().toString();
        Tasks tasks = new Tasks(apparatus.catalog());
        Task task = tasks.open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "char_lm").with(TaskParts.CORPUS, file), true);
        Figure unigram = Figure.within("unigram entropy of the text", UNIGRAM, task.unigramEntropy().orElse(Double.NaN), 0.005);
        Figure characters = Figure.within("characters of the text", CHARACTERS, task.vocabulary(), 0);
        if (!unigram.agrees() || !characters.agrees()) {
            return Finding.undecided("measured on Tiny Shakespeare", Text.format("%s is not Tiny Shakespeare: %s; %s", file, characters, unigram))
                    .figures(new Figures().add(characters).add(unigram).all());
        }
        return check.apply(task, CharacterText.of(tasks.text(file)));
    }
}
