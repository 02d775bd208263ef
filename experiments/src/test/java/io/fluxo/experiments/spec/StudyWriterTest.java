package io.fluxo.experiments.spec;

import static io.fluxo.experiments.Fixtures.READER;
import static io.fluxo.experiments.Fixtures.preVersusPost;
import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.random.RandomKey;
import io.fluxo.setting.Values;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyWriterTest {

    @Test
    void aBuiltInStudyReadsBackEqual() {
        assertThat(written(preVersusPost())).isEqualTo(preVersusPost());
    }

    @Test
    void everyKindOfVariedValueReadsBackEqual() {
        Study study = study("""
                vary:
                  model.placement: [post, pre]
                  model.act_fn: [gelu_tanh, relu]
                  model.bias: [true, false]
                  model.norm: [layer_norm, {default: layer_norm, "0": rms_norm, "2-": rms_norm}]
                  training.betas: [[0.9, 0.98], [0.5, 1e-12]]
                  training.lr: [1e-7, 0.3, 2]
                  model.n_layers: [4, 3]
                model: {d_mlp: {default: 64, "1": 32}, attention: {default: softmax, "0-1": uniform}}
                measure: [token_similarity, loss]
                """);
        assertThat(written(study)).isEqualTo(study);
        assertThat(written(study).vary().keySet()).containsExactlyElementsOf(study.vary().keySet());
    }

    @Test
    void stagesAndMarginReadBackEqual() {
        Study study = study("vary: {model.placement: [pre, post]}\nseeds: 3\nmost_seeds: 10\nmargin: 0.02\n");
        assertThat(StudyWriter.write(study)).contains("seeds: 3\nmost_seeds: 10\nmargin: 0.02\nmeasure:");
        assertThat(written(study)).isEqualTo(study);
        assertThat(written(study).mostSeeds()).isEqualTo(10);
        assertThat(written(study).margin()).isEqualTo(0.02);
        assertThat(StudyWriter.write(study("vary: {model.placement: [pre, post]}\n"))).doesNotContain("most_seeds", "margin");
    }

    @Test
    void variantsAndTuningReadBackEqual() {
        Study study = study("""
                task: {kind: recall, pairs: [1, 4], distance: 3}
                variants:
                  plain: {}
                  deep: {model.n_layers: 3, training.lr: 1e-2}
                vary: {task.keys: [8, 16]}
                tune: {steps: 5, over: {training.warmup: [1, 2]}, instead: {deep: {}, plain: {training.clip: [1, 2]}}, bounded: {training.warmup: 'a reason: of mine'},
                       extend: 2, seeds: 3}
                compare_on: accuracy_at_4_pairs
                """);
        assertThat(written(study)).isEqualTo(study);
        assertThat(written(study).tune().extend()).isEqualTo(2);
        assertThat(written(study).tune().seeds()).isEqualTo(3);
        assertThat(List.copyOf(written(study).variants().keySet())).containsExactly("plain", "deep");
    }

    @Test
    void searchesReadBackEqual() {
        Study study = study("""
                variants: {plain: {}, deep: {model.n_layers: 3}, left: {model.n_layers: 2}}
                tune:
                  steps: 90
                  method: halving
                  trials: 12
                  least_steps: 10
                  over: {training.lr: {from: 1e-4, to: 1e-1, scale: log}, model.d_mlp: {from: 8, to: 64}, model.norm: [layer_norm, rms_norm]}
                  instead: {deep: {training.lr: {from: 1e-3, to: 1}}, left: {}}
                seeds: 1
                """);
        assertThat(written(study)).isEqualTo(study);
        assertThat(study.tune().sampling().factor()).isEqualTo(3);
        assertThat(study.tune().keys("deep")).containsExactly("training.lr");
        assertThat(study.trialCount()).as("12 + 4 + 1 of two variants, and three measured").isEqualTo(2 * 17 + 3);
        Study random = study("tune: {steps: 5, method: random, trials: 4, over: {training.lr: {from: 1, to: 2}}}\nseeds: 1");
        assertThat(written(random)).isEqualTo(random);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1e-3", "null", "~", "- a", "a: b # c", "\"quoted\" 'text'", "line\nline\n\n tail ", " lead", "né‖∂L/∂x‖ 😀", "", "*x", "%", "{{x}}"})
    void anyQuestionReadsBackEqual(String question) {
        Study study = Study.DEFAULT.named("depth").asking(question, question, StudyVerdict.DOES_NOT_HOLD);
        assertThat(written(study)).isEqualTo(study);
    }

    @Test
    void everyNumberReadsBackToTheBit() {
        RandomKey key = RandomKey.of(5);
        for (int i = 0; i < 300; i++) {
            double value = Math.abs(Double.longBitsToDouble(key.bits(i)));
            if (Double.isFinite(value)) {
                Study study = study("training: {lr: %s}".formatted(Values.label(value)));
                assertThat(study.training().get(LR)).isEqualTo(value);
            }
        }
        assertThat(Values.label(0.005)).isEqualTo("5e-3");
        assertThat(Values.label(1e-9)).isEqualTo("1e-9");
        assertThat(Values.label(0.98)).isEqualTo("0.98");
        assertThat(Values.label(1.25e-7)).isEqualTo("1.25e-7");
        assertThat(Values.label(3e22)).isEqualTo("3e22");
    }

    private static Study written(Study study) {
        return READER.parse("study.yaml", StudyWriter.write(study)).study();
    }
}
