package io.fluxo.experiments.spec;

import static io.fluxo.experiments.Fixtures.READER;
import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of conditions: what can be written, what it means, and what is told of what cannot. */
class ConditionsInYamlTest {

    private static final String VARIANTS = """
            variants: {a: {}, b: {model.placement: post}, n: {model.family: ngram}}
            conditions:
              - {measure: final_loss, of: a, below: 2.5}
              - %s
            """;

    private static final String GRID = """
            vary: {model.norm: [layer_norm, rms_norm], training.lr: [1e-3, 0.01], training.betas: [[0.9, 0.98], [0.5, 0.9]]}
            conditions:
            - %s
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {of: a, below: 1}                                       | x.yaml:4: conditions.2: does not say what is measured (measure): it needs measure, of, and above or below
            {measure: final_loss, below: 1}                         | x.yaml:4: conditions.2: does not say of which variant (of)
            {measure: final_loss, of: a}                            | x.yaml:4: conditions.2: has no bound: it needs above or below, or both
            {measure: final_loss, of: a, bellow: 1}                 | x.yaml:4: unknown key 'conditions.2.bellow'; did you mean 'conditions.2.below'? (legal: conditions.2.what,
            {measure: final_los, of: a, below: 1}                   | x.yaml:4: conditions.2.measure: unknown measure 'final_los'; did you mean 'final_loss'? (legal: final_loss, validation_loss, exam_loss, exam_accuracy, stream_gradient_spread, stream_gradient_spread_at_start), or a figure such as accuracy_at_32_pairs, or a curve such as loss_by_position
            {measure: [final_loss], of: a, below: 1}                | x.yaml:4: conditions.2.measure: must be text, not a list
            {measure: final_loss, of: c, below: 1}                  | x.yaml:4: conditions.2.of: there is no variant 'c'; did you mean 'a'? (legal: a, b, n)
            {measure: final_loss, of: a, less: d, below: 1}         | x.yaml:4: conditions.2.less: there is no variant 'd'; did you mean 'a'? (legal: a, b, n)
            {measure: final_loss, of: a, over: 1, below: 1}         | x.yaml:4: conditions.2.over: must be text, not 1
            {measure: final_loss, of: a, less: a, below: 1}         | x.yaml:4: conditions.2.less: 'a' would be compared with itself
            {measure: final_loss, of: a, over: {variant: a}, below: 1} | x.yaml:4: conditions.2.over: 'a' would be compared with itself
            {measure: final_loss, of: a, less: b, over: b, above: 1} | x.yaml:4: conditions.2: is held against two things (less, over): leave one of them out
            {measure: final_loss, of: a, above: 2, below: 1}        | x.yaml:4: conditions.2.below: nothing is above 2 and below 1
            {measure: final_loss, of: a, above: 1, below: 1}        | x.yaml:4: conditions.2.below: nothing is above 1 and below 1
            {measure: final_loss, of: a, below: .nan}               | x.yaml:4: conditions.2.below: must be a finite number, not .nan
            {measure: final_loss, of: a, above: -.inf}              | x.yaml:4: conditions.2.above: must be a finite number, not -.inf
            {measure: final_loss, of: a, above: much}               | x.yaml:4: conditions.2.above: must be a number, not the text 'much'
            {measure: final_loss, of: a, above: ~}                  | x.yaml:4: conditions.2.above: must be a number, not nothing
            {measure: final_loss, of: a, above: 1, in: mode}        | x.yaml:4: conditions.2.in: unknown value 'mode' (legal: every_seed, mean)
            {measure: final_loss, of: a, above: 1, relative_to: entropy} | x.yaml:4: conditions.2.relative_to: unknown value 'entropy' (legal: unigram_entropy, floor)
            {measure: exam_accuracy, of: a, above: 1, relative_to: floor} | x.yaml:4: conditions.2.relative_to: the floor is a loss: only bounds of a loss itself can be counted from it, not those of exam_accuracy
            {measure: final_loss, of: a, less: b, above: 1, relative_to: unigram_entropy} | x.yaml:4: conditions.2.relative_to: the unigram entropy is a loss: only bounds of a loss itself can be counted from it, not those of a difference or a ratio
            {measure: validation_loss, of: a, above: 1}             | x.yaml:4: conditions.2.of: validation_loss needs training.eval_every of at least 1: 'a' has none
            {measure: loss_by_position, of: a, above: 1}            | x.yaml:4: conditions.2.measure: loss_by_position is a curve: say at which of its places, such as at: 1
            {measure: loss_by_position, of: a, at: one, above: 1}   | x.yaml:4: conditions.2.at: must be a number, not the text 'one'
            {measure: loss_by_position, of: a, at: 1, less_at: 1, above: 0} | x.yaml:4: conditions.2.less_at: is the same place (at: 1): the difference is always 0
            {measure: final_loss, of: a, at: 1, above: 1}           | x.yaml:4: conditions.2.at: final_loss is one number; only a curve such as loss_by_position has places
            {measure: final_loss, of: a, less_at: 1, above: 1}      | x.yaml:4: conditions.2.less_at: final_loss is one number
            {measure: stream_gradient_spread, of: a, over: n, above: 1} | x.yaml:4: conditions.2.over: 'n' has no stream_gradient_spread: family ngram counts, and has no gradient
            {measure: final_loss, of: a, below: 2.5}                | x.yaml:4: conditions.2: says the same as conditions.1
            {measure: final_loss, of: {variant: a}, below: 2.50, in: every_seed} | x.yaml:4: conditions.2: says the same as conditions.1
            {measure: final_loss, of: {norm: rms_norm}, below: 1}   | x.yaml:4: conditions.2.of: the variants do not differ in 'norm' (legal: variant)
            {measure: final_loss, of: a, of: b, below: 1}           | x.yaml:4: conditions.2.of: the key appears twice
            below                                                   | x.yaml:4: conditions.2: must be a mapping of keys to values, not the text 'below'
            """)
    void whatCannotBeJudgedIsRefusedWithItsLine(String condition, String message) {
        assertThatThrownBy(() -> READER.parse("x.yaml", VARIANTS.formatted(condition))).isInstanceOf(BadInput.class).hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {norm: rms_norm}                                      | x.yaml:3: conditions.1.of: is not one variant but 4: norm=rms_norm,lr=1e-3,betas=[0.9, 0.98], norm=rms_norm,lr=1e-3,betas=[0.5, 0.9], norm=
            {norm: rms_norm, lr: 0.002, betas: [0.9, 0.98]}       | x.yaml:3: conditions.1.of: there is no variant '{model.norm: rms_norm, training.lr: 2e-3, training.betas: [0.9, 0.98]}' (legal: norm=layer_norm,lr=1e-3,betas=[0.9, 0.98],
            {norm: rms, lr: 0.001, betas: [0.9, 0.98]}            | x.yaml:3: conditions.1.of: there is no variant '{model.norm: rms,
            {norm: rms_norm, warmup: 1}                           | x.yaml:3: conditions.1.of: the variants do not differ in 'warmup' (legal: model.norm, training.lr, training.betas)
            {variant: a}                                          | x.yaml:3: conditions.1.of: the variants do not differ in 'variant' (legal:
            {norm: {default: rms_norm}}                           | x.yaml:3: conditions.1.of.norm: must be a value; a variant with a value for each layer is named as tables show it
            norm=rms_norm                                         | x.yaml:3: conditions.1.of: there is no variant 'norm=rms_norm' (legal:
            default                                               | x.yaml:3: conditions.1.of: there is no variant 'default' (legal:
            """)
    void oneVariantIsMeant(String variant, String message) {
        assertThatThrownBy(() -> READER.parse("x.yaml", GRID.formatted("{measure: final_loss, of: " + variant + ", below: 1}"))).isInstanceOf(BadInput.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            conditions: {measure: final_loss, of: default, below: 1} | x.yaml:1: conditions: must be a list of conditions such as - {measure: final_loss, of: VARIANT, below: 2.5}
            judged_from: 5                                           | x.yaml:1: judged_from: does nothing without conditions
            expected: holds                                          | x.yaml:1: expected: there are no conditions to judge the study 'study' by, so that it cannot be 'holds': write conditions, or leave it out
            {expected: holds, conditions: []}                        | x.yaml:1: expected: there are no conditions to judge the study 'study' by
            {conditions: [{measure: final_loss, of: default, below: 1}], judged_from: -1} | x.yaml:1: judged_from: must be at least 1, or 0 for training.steps, not -1
            {conditions: [{measure: final_loss, of: default, below: 1}], judged_from: 900} | x.yaml:1: judged_from: nothing is said of fewer steps than 900, and training.steps is 500: the verdict can only be expected: inconclusive
            {conditions: [{measure: stream_gradient_spread, of: default, below: 1}], measure: [loss]} | x.yaml:1: conditions.1.of: stream_gradient_spread needs stream_grad_norm_by_layer among what is recorded (measure)
            {study: norms, conditions: [{measure: final_loss, of: default, below: 1}]} | x.yaml:1: conditions: the built-in study 'norms' is judged by conditions of its own: leave this out, or give the study another name
            {study: pre-vs-post, conditions: [{measure: final_loss, of: default, below: 1}]} | x.yaml:1: conditions: the built-in study 'pre-vs-post' is judged by
            """)
    void theRestOfTheStudyAgrees(String yaml, String message) {
        assertThatThrownBy(() -> READER.parse("x.yaml", yaml)).isInstanceOf(BadInput.class).hasMessageStartingWith(message);
    }

    @Test
    void aKeyOfTwoSectionsIsWrittenInFull() {
        String yaml = """
                vary: {model.init_std: [0.1, 0.2], model.dropout: [0, 0.1]}
                model: {init: gpt2}
                conditions: [{measure: final_loss, of: {%s: 0.10, dropout: 0.0}, below: 1}]
                """;
        assertThat(study(yaml.formatted("init_std")).conditions().getFirst().quantity().of()).isEqualTo("init_std=0.1,dropout=0");
        assertThat(study(yaml.formatted("model.init_std")).conditions()).isEqualTo(study(yaml.formatted("init_std")).conditions());
    }

    @Test
    void whatIsWrittenIsWhatIsMeant() {
        Study study = study("""
                variants: {a: {}, b: {model.placement: post}}
                vary: {training.lr: [1e-3, 1e-2]}
                training: {eval_every: 10}
                conditions:
                  - {measure: final_loss, of: "b,lr=0.01", less: {variant: a, lr: 0.01}, above: 0.2, in: mean}
                  - {measure: loss_by_position, at: 1, of: "a,lr=1e-3", less_at: 32, above: 0.1, below: 3, what: "the gain, in nats,"}
                  - {measure: validation_loss, of: {lr: 1e-3, variant: b}, above: -0.2, relative_to: unigram_entropy}
                  - {measure: stream_gradient_spread_at_start, of: "a,lr=1e-3", over: "b,lr=1e-3", below: 1}
                """);
        assertThat(study.conditions()).containsExactly(
                Condition.mean("", Quantity.difference(FINAL_LOSS, "b,lr=0.01", "a,lr=0.01"), above(0.2)),
                Condition.every("the gain, in nats,", Quantity.fall("loss_by_position", 1, 32, "a,lr=1e-3"),
                        new Condition.Bounds(OptionalDouble.of(0.1), OptionalDouble.of(3), Optional.empty())),
                Condition.every("", Quantity.of("validation_loss", "b,lr=1e-3"), above(-0.2).from(Reference.UNIGRAM_ENTROPY)),
                Condition.every("", Quantity.ratio("stream_gradient_spread_at_start", "a,lr=1e-3", "b,lr=1e-3"), below(1)));
        assertThat(study.expected()).as("what is written down is expected").isEqualTo(StudyVerdict.HOLDS);
        assertThat(study.leastSteps()).isEqualTo(500);
        assertThat(study(StudyWriter.write(study))).isEqualTo(study);
    }

    @Test
    void numbersAndWordsOfConditionsReadBackEqual() {
        for (String bound : List.of("1e-12", "0", "-0.0", "3", "1e22", "0.1")) {
            Study study = study("conditions: [{measure: final_loss, of: default, above: %s, what: 'a: \"b\" # − ‖x‖'}]\nexpected: does not hold\n".formatted(bound));
            assertThat(study(StudyWriter.write(study))).isEqualTo(study);
            assertThat(study.expected()).isEqualTo(StudyVerdict.DOES_NOT_HOLD);
        }
    }

    @Test
    void aStudyCutShortKeepsItsConditionsAndSaysFromWhereTheyAreJudged() {
        Study study = study("conditions: [{measure: final_loss, of: default, below: 1}]\ntraining: {steps: 50}");
        Study cut = study.cutTo(10);
        assertThat(cut.expected()).isEqualTo(StudyVerdict.INCONCLUSIVE);
        assertThat(cut.leastSteps()).isEqualTo(50);
        assertThat(cut.conditions()).isEqualTo(study.conditions());
        assertThat(study(StudyWriter.write(cut))).isEqualTo(cut);
        assertThat(study.cutTo(60).expected()).isEqualTo(StudyVerdict.HOLDS);
        assertThat(study("conditions: [{measure: final_loss, of: default, below: 1}]\ntraining: {steps: 50}\njudged_from: 10").cutTo(10).expected())
                .isEqualTo(StudyVerdict.HOLDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"placements", "components", "norms", "depth", "recall", "induction", "context", "twins"})
    void theConditionsOfABuiltInStudyAreDataThatCanBeTakenOver(String name) {
        StudyReader all = new StudyReader(Fixtures.ALL, StudyLibrary.standard()::defaults);
        Study builtIn = StudyLibrary.standard().find(name).orElseThrow().study();
        assertThat(builtIn.conditions()).isNotEmpty();
        String yaml = StudyWriter.write(builtIn).replace("study: " + name + "\n", "study: mine\n");
        assertThat(all.parse("mine.yaml", yaml).study()).isEqualTo(builtIn.named("mine"));
        assertThatThrownBy(() -> all.parse("mine.yaml", StudyWriter.write(builtIn) + "judged_from: 3\n")).hasMessageContaining("judged_from: the built-in study")
                .hasMessageContaining("is judged by conditions of its own");
    }
}
