package io.fluxo.experiments.study;

import static io.fluxo.experiments.Fixtures.preVersusPost;
import static io.fluxo.experiments.Fixtures.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.task.Tasks;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrialsTest {

    @Test
    void aGridIsLaidOutVariantByVariantAndSeedBySeed() {
        List<Trial> trials = Trials.of(preVersusPost(), 1);
        assertThat(trials).hasSize(12);
        assertThat(trials).extracting(Trial::id).startsWith("placement=pre,warmup=1,seed=1", "placement=pre,warmup=1,seed=2")
                .endsWith("placement=post,warmup=125,seed=3").doesNotHaveDuplicates();
        Trial last = trials.getLast();
        assertThat(last.model().placement()).isEqualTo("post");
        assertThat(last.training().warmup()).isEqualTo(125);
        assertThat(last.seed()).isEqualTo(3);
        assertThat(last.measures()).hasSize(5);
    }

    @Test
    void idsAreSafeAndDistinct() {
        List<Trial> trials = Trials.of(study("""
                vary:
                  task.corpus: [a/text.txt, b/text.txt, "B/Text.txt", "../..", "c:\\\\x y*?.txt"]
                  training.betas: [[0.9, 0.98], [0.9, 0.99]]
                  training.lr: [1e-5, 1e+5]
                seeds: 1
                """), 9);
        assertThat(trials).extracting(Trial::id).doesNotHaveDuplicates().allMatch(id -> id.matches("[A-Za-z0-9._+=,-]+") && id.length() < 200);
        assertThat(trials.getFirst().id()).isEqualTo("corpus=text.txt_1,betas=0.9-0.98,lr=1e-5,seed=9");
    }

    @Test
    void keysThatEndAlikeKeepTheirSection() {
        assertThat(Trials.of(study("vary: {model.d_model: [8]}\nseeds: 1"), 1)).extracting(Trial::id).containsExactly("d_model=8,seed=1");
        assertThat(Trials.of(study("seeds: 2"), 1)).extracting(Trial::id).containsExactly("seed=1", "seed=2");
    }

    @Test
    void theTaskFillsInTheVocabulary() {
        List<PreparedTrial> prepared = prepare("task: {kind: markov, states: 7}");
        assertThat(prepared.getFirst().trial().model().dVocab()).isEqualTo(7);
        assertThat(prepare("task: {kind: markov, states: 7}\nmodel: {d_vocab: 64}").getFirst().trial().model().dVocab()).isEqualTo(64);
        assertThatThrownBy(() -> prepare("task: {kind: markov, states: 7}\nmodel: {d_vocab: 6}")).isInstanceOf(BadInput.class)
                .hasMessageContaining("model.d_vocab: d_vocab 6 is smaller than the task's vocabulary of 7");
    }

    @Test
    void measuresAtTheFirstAndTheLastStep() {
        Trial trial = Trials.of(study("training: {steps: 503}"), 1).getFirst();
        assertThat(trial.measuredAt(1)).isTrue();
        assertThat(trial.measuredAt(2)).isFalse();
        assertThat(trial.measuredAt(10)).isTrue();
        assertThat(trial.measuredAt(503)).isTrue();
    }

    @Test
    void refusesSeedsPastTheEnd() {
        assertThatThrownBy(() -> Trials.of(preVersusPost(), Long.MAX_VALUE)).isInstanceOf(BadInput.class).hasMessageContaining("too large");
    }

    private static List<PreparedTrial> prepare(String yaml) {
        return Trials.prepare(Trials.of(study(yaml), 1), new Tasks(), Locations.of("test"));
    }
}
