package io.fluxo.experiments.spec;

import static io.fluxo.experiments.Fixtures.READER;
import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudyReaderTest {

    @TempDir
    Path folder;

    @Test
    void readsTheDocumentedStudy() {
        Study read = study("""
                study: pre-vs-post
                task: {kind: char_lm, corpus: wordnet}        # a comment
                model: {n_layers: 6, d_model: 32, n_heads: 1, d_mlp: 128, n_ctx: 32, act_fn: relu, placement: pre,
                        norm: layer_norm, norm_affine: false, norm_eps: 1e-5, attention: softmax, mask: causal, ffn: true, residual: identity,
                        positions: learned, bias: true, tied_head: false, dropout: 0, init: xavier_normal, embed_std: 0.5}
                training: {optimizer: adam, betas: [0.9, 0.98], epsilon: 1e-9, lr: 5e-3, warmup: 1, schedule: constant,
                           weight_decay: 0, decay: matrices, clip: 0, batch: 4, steps: 500, eval_every: 0}     # decay: matrices | all
                vary: {model.placement: [pre, post], training.warmup: [1, 125]}
                seeds: 3
                measure: [loss, param_grad_norm_by_layer, stream_grad_norm_by_layer, stream_norm_by_layer, update_ratio, token_similarity]
                """);
        assertThat(read).isEqualTo(Fixtures.preVersusPost());
        assertThat(read.vary().keySet()).containsExactly("model.placement", "training.warmup");
    }

    @Test
    void missingKeysKeepTheirDefaults() {
        assertThat(study("{}")).isEqualTo(Study.DEFAULT);
        assertThat(study("model: {d_model: 16}").model().get(N_LAYERS)).isEqualTo(6);
        assertThat(study("model: {d_model: 16}").model().get(D_MODEL)).isEqualTo(16);
    }

    @Test
    void aBuiltInStudySaysWhatItComparesOnAndAFileMaySayAnother() {
        assertThat(study("{}").compareOn()).isEqualTo("final_loss");
        assertThat(study("study: recall").compareOn()).isEqualTo("accuracy_at_32_pairs");
        assertThat(study("study: recall\ncompare_on: exam_loss").compareOn()).isEqualTo("exam_loss");
        assertThat(study("training: {eval_every: 100}\ncompare_on: validation_loss").tunedOn()).isEqualTo("validation_loss");
    }

    @Test
    void numbersReadAsNumbers() {
        Study study = study("training: {epsilon: 1e-9, lr: 5E-3, weight_decay: .5, clip: 1}");
        assertThat(study.training().get(EPSILON)).isEqualTo(1e-9);
        assertThat(study.training().get(LR)).isEqualTo(0.005);
        assertThat(study.training().get(WEIGHT_DECAY)).isEqualTo(0.5);
        assertThat(study.training().get(CLIP)).isEqualTo(1.0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            model: {n_head: 2}                              | x.yaml:1: unknown key 'model.n_head'; did you mean 'model.n_heads'? (legal: model.family, model.n_layers,
            modle: {n_heads: 2}                             | x.yaml:1: unknown key 'modle'; did you mean 'model'?
            training: {learning: 1}                         | unknown key 'training.learning'
            model: {n_layers: six}                          | x.yaml:1: model.n_layers: must be a whole number, not the text 'six'
            model: {n_layers: 1.5}                          | model.n_layers: must be a whole number, not 1.5
            model: {n_layers: 99999999999}                  | model.n_layers: 99999999999 is beyond
            model: {n_layers: ~}                            | model.n_layers: must be a whole number, not nothing (null)
            model: {n_layers: [6]}                          | model.n_layers: must be a whole number, not a list
            model: {dropout: '0.1'}                         | model.dropout: must be a number, not the text '0.1'
            model: {ffn: yes}                               | model.ffn: must be true or false, not the text 'yes'
            model: {placement: 3}                           | model.placement: must be text, not 3
            model: {act_fn: rellu}                          | model.act_fn: unknown act_fn 'rellu'; did you mean 'relu'? (legal: relu, gelu, gelu_tanh, silu, swiglu, geglu, geglu_tanh, reglu)
            model: {act_fn: RELU}                           | model.act_fn: unknown act_fn 'RELU'; did you mean 'relu'?
            model: {placement: prr}                         | x.yaml:1: model.placement: unknown placement 'prr'; did you mean 'pre'? (legal: post, pre)
            model: {norm: batch}                            | model.norm: unknown norm 'batch' (legal: layer_norm, rms_norm)
            model: {d_model: {default: 8, "0": 4}}          | x.yaml:1: model.d_model: is one value for the whole model, not a mapping; by layer there can be n_heads,
            model: {placement: {"0-2": post}}               | x.yaml:1: model.placement: must say what layers have by default
            model: {placement: {default: pre, "a": post}}   | x.yaml:1: model.placement: 'a' names no layers; there are default, "3", "0-2" or "5-"
            model: {placement: {default: pre, "0-9": post}} | x.yaml:1: model.placement: placement: the range '0-9' reaches beyond the last of 6 layers; layers are 0 … 5
            model: {norm_eps: {default: 0, "0-2": 1, "2": 2}} | x.yaml:1: model.norm_eps: norm_eps: the ranges '0-2' and '2' overlap; each layer may be named once
            model: {placement: {default: pre, "0": pots}}   | x.yaml:1: model.placement: unknown placement 'pots'; did you mean 'post'?
            model: {d_mlp: {default: 8, "0": x}}            | x.yaml:1: model.d_mlp: must be a whole number, not the text 'x'
            model: {n_heads: 4, n_key_value_heads: 3}       | x.yaml:1: model.n_key_value_heads: n_heads 4 is not a multiple of n_key_value_heads 3
            vary: {model.placement: [pre, {default: pre, "0-9": post}]} | x.yaml:1: vary.model.placement: placement: the range '0-9' reaches beyond
            model: {n_heads: 3}                             | model.n_heads: n_heads 3 does not divide d_model 32
            model: {dropout: 1}                             | model.dropout: dropout must be at least 0 and below 1
            model: {dropout: .nan}                          | model.dropout: dropout must be
            training: {steps: 0}                            | training.steps: steps must be at least 1, not 0
            training: {betas: [0.9]}                        | training.betas: betas must be two numbers
            training: {betas: 0.9}                          | training.betas: must be a list such as [a, b], not 0.9
            training: {lr: -1}                              | training.lr: lr must be a finite number
            task: {kind: char_ml}                           | task.kind: unknown task 'char_ml'; did you mean 'char_lm'?
            task: {kind: markov, states: 1}                 | task.states: states must be at least 2
            task: {corpus: ''}                              | task.corpus: corpus must be 'wordnet' or the path
            vary: {model.placement: pre}                    | vary.model.placement: must be a list such as [a, b], not the text 'pre'
            vary: {model.placement: []}                     | vary.model.placement: must list at least one value
            vary: {model.placement: [pre, pre]}             | vary.model.placement: lists pre twice
            vary: {placement: [pre]}                        | 'placement' is not a dotted key such as model.placement
            vary: {model.place: [pre]}                      | vary.model.place: unknown key 'model.place'
            vary: {training.warmupp: [1]}                   | did you mean 'training.warmup'?
            vary: {training.warmup: [1, x]}                 | vary.training.warmup: must be a whole number, not the text 'x'
            vary: {model.n_heads: [1, 5]}                   | x.yaml:1: vary.model.n_heads: n_heads 5 does not divide d_model 32
            vary: {model.placement: [pre, pots]}            | vary.model.placement: unknown placement 'pots'; did you mean 'post'?
            vary: [a]                                       | vary: must be a mapping
            task: {pairs: [3]}                              | x.yaml:1: task.pairs: the kind char_lm does not read it (legal: corpus)
            vary: {task.states: [3, 4]}                     | x.yaml:1: vary.task.states: the kind char_lm does not read it
            task: {kind: recall, pairs: [70]}               | task.pairs: pairs must list different numbers of pairs, each at least 1 and at most keys (64)
            task: {kind: recall, pairs: 3}                  | task.pairs: must be a list such as [a, b], not 3
            task: {kind: sort, items: 0}                    | task.items: items must be at least 1
            vary: {task.kind: [markov, sorting]}            | unknown task 'sorting' (legal: char_lm, tokens, markov, recall, induction, sort, copy)
            model: {family: gru, n_heads: 2}                | x.yaml:1: model.n_heads: n_heads does nothing in family gru, which reads family, n_layers, d_model
            model: {family: rnn, norm: rms_norm, act_fn: gelu} | x.yaml:1: model.act_fn: act_fn does nothing in family rnn
            model: {family: rnn, norm: rms_norm, act_fn: gelu} | embed_std, init_from; likewise model.norm
            model: {family: ngram, d_model: 8}              | x.yaml:1: model.d_model: d_model does nothing in family ngram
            {model: {family: ngram}, training: {lr: 1}}     | x.yaml:1: training.lr: lr does nothing in family ngram, which counts
            training: {optimizer: sgd, betas: [0, 0]}       | x.yaml:1: training.betas: betas does nothing with optimizer: sgd
            training: {decay: all}                          | x.yaml:1: training.decay: decay does nothing with weight_decay: 0
            model: {ngram_order: 2}                         | x.yaml:1: model.ngram_order: ngram_order does nothing in family transformer
            model: {rope_theta: 500}                        | x.yaml:1: model.rope_theta: rope_theta does nothing without positions: rope
            model: {init_std: 1}                            | x.yaml:1: model.init_std: init_std does nothing with init: xavier_normal
            model: {attention: none, mask: bidirectional}   | x.yaml:1: model.mask: mask does nothing without attention
            model: {attention: uniform, qk_norm: true}      | x.yaml:1: model.qk_norm: qk_norm does nothing without attention: softmax
            model: {ffn: false, d_mlp: 9}                   | x.yaml:1: model.d_mlp: d_mlp does nothing without ffn: true
            {model: {family: gru}, variants: {a: {}, b: {model.bias: false}}} | x.yaml:1: variants.b.model.bias: bias does nothing in family gru
            vary: {model.rope_theta: [10, 20]}              | x.yaml:1: vary.model.rope_theta: rope_theta does nothing without positions: rope
            vary: {model.family: [transformer, gru], model.n_heads: [1, 2]} | x.yaml:1: vary.model.n_heads: at {model.family: gru, model.n_heads: 1}: n_heads does nothing
            {variants: {a: {}, g: {model.family: gru}}, vary: {model.act_fn: [relu, gelu]}} | x.yaml:1: vary.model.act_fn: at {variants: g, model.act_fn: relu}: act_fn does
            {variants: {a: {}, n: {model.family: ngram}}, tune: {steps: 1, over: {training.lr: [1, 2]}}} | x.yaml:1: tune.over.training.lr: at {variants: n, training.lr: 1}:
            tune: {steps: 5}                                | x.yaml:1: tune.steps: does nothing without tune.over or tune.instead
            {variants: {a: {}}, tune: {steps: 1, instead: {a: {model.residual_scale: [1, 2]}}}} | tune.instead.a.model.residual_scale: at {variants: a, model.residual_scale: 1}:
            variants: {a: {model.n_layer: 2}}               | x.yaml:1: variants.a.model.n_layer: unknown key 'model.n_layer'; did you mean 'model.n_layers'?
            variants: {a: {n_layers: 2}}                    | variants.a.n_layers: 'n_layers' is not a dotted key such as model.placement
            variants: {a: {model.n_heads: 5}}               | x.yaml:1: variants.a.model.n_heads: n_heads 5 does not divide d_model 32
            variants: {a/b: {model.n_heads: 2}}             | variants.a/b: a variant's name must be
            variants: [a]                                   | variants: must be a mapping
            tune: {steps: 5, over: {training.lr: []}}       | tune.over.training.lr: must list at least one value
            tune: {steps: 5, over: {training.lrr: [1]}}     | tune.over.training.lrr: unknown key 'training.lrr'; did you mean 'training.lr'?
            tune: {over: {training.lr: [1, 2]}}             | x.yaml:1: tune.steps: must be at least 1, the optimizer steps of one trial, not 0
            tune: {steps: 5, over: {training.lr: [1, 2]}, extend: -1} | x.yaml:1: tune.extend: must be at least 0, not -1
            tune: {steps: 5, over: {training.lr: [1, 2]}, extend: 1.5} | x.yaml:1: tune.extend: must be a whole number
            tune: {steps: 5, over: {training.lr: [1]}, extend: 2} | x.yaml:1: tune.extend: does nothing: no key has several numbers to go on from
            tune: {steps: 5, over: {model.norm: [layer_norm, rms_norm]}, extend: 2} | x.yaml:1: tune.extend: does nothing
            tune: {steps: 5, over: {training.lr: [1, 2]}, bounded: {training.lr: so}, extend: 2} | x.yaml:1: tune.extend: does nothing
            tune: {extend: 2}                               | x.yaml:1: tune.extend: does nothing without tune.over or tune.instead
            tune: {steps: 5, over: {training.lr: [1, 2]}, seeds: 0} | x.yaml:1: tune.seeds: must be at least 1, not 0
            tune: {seeds: 2}                                | x.yaml:1: tune.seeds: does nothing without tune.over or tune.instead
            tune: {steps: 5, over: {training.lr: [1, 2]}, seeds: 6000} | at most 10,000 trials
            tune: {steps: 5, over: {training.lr: [1, 2]}, extend: 10000} | at most 10,000 trials
            tune: {steps: 5, method: random, trials: 2, over: {training.lr: [1, 2]}, extend: 2} | x.yaml:1: tune.extend: is for a grid
            tune: {steps: 5, over: {training.lr: {from: 1, to: 2}}} | x.yaml:1: tune.over.training.lr: a range needs tune.method: random or halving
            tune: {steps: 5, trials: 3, over: {training.lr: [1, 2]}} | x.yaml:1: tune.trials: a grid has as many trials as it has points
            tune: {steps: 5, factor: 3, over: {training.lr: [1, 2]}} | x.yaml:1: tune.factor: is for tune.method: halving
            tune: {steps: 5, method: random, over: {training.lr: [1, 2]}} | x.yaml:1: tune.trials: must be at least 1, the settings that are drawn for each variant, not 0
            tune: {steps: 5, method: random, trials: 2, least_steps: 1, over: {training.lr: [1, 2]}} | x.yaml:1: tune.least_steps: is for tune.method: halving
            tune: {method: random}                          | x.yaml:1: tune.method: does nothing without tune.over or tune.instead
            tune: {steps: 5, method: halving, trials: 3, over: {training.lr: [1, 2]}} | x.yaml:1: tune.least_steps: must be at least 1, the steps after which
            tune: {steps: 5, method: halving, trials: 3, least_steps: 2, over: {training.lr: [1, 2]}} | x.yaml:1: tune.least_steps: least_steps 2 times factor 3 is more than the 5
            tune: {steps: 5, method: halving, trials: 1, least_steps: 1, over: {training.lr: [1, 2]}} | x.yaml:1: tune.trials: must be at least 2
            tune: {steps: 5, method: halving, trials: 3, least_steps: 1, factor: 1, over: {training.lr: [1, 2]}} | x.yaml:1: tune.factor: must be at least 2
            tune: {steps: 5, method: grids, over: {training.lr: [1, 2]}} | x.yaml:1: tune.method: unknown value 'grids'; did you mean 'grid'?
            tune: {steps: 5, method: random, trials: 20000, over: {training.lr: {from: 1, to: 2}}} | x.yaml:1: tune.trials: the study asks for 20,003 trials
            tune: {steps: 5, method: random, trials: 2, over: {training.lr: {from: 2, to: 1}}} | x.yaml:1: tune.over.training.lr: must go from a smaller number to a larger one, not from 2 to 1
            tune: {steps: 5, method: random, trials: 2, over: {training.lr: {from: 1}}} | x.yaml:1: tune.over.training.lr: must say to, as in
            tune: {steps: 5, method: random, trials: 2, over: {training.weight_decay: {from: 0, to: 1, scale: log}}} | x.yaml:1: tune.over.training.weight_decay: scale: log needs a range above 0, not from 0
            tune: {steps: 5, method: random, trials: 2, over: {model.d_model: {from: 0, to: 8}}} | x.yaml:1: tune.over.model.d_model.from: must be at least 1, not 0
            tune: {steps: 5, method: random, trials: 2, over: {model.d_model: {from: 1.5, to: 8}}} | x.yaml:1: tune.over.model.d_model.from: must be a whole number
            tune: {steps: 5, method: random, trials: 2, over: {model.norm: {from: 1, to: 8}}} | x.yaml:1: tune.over.model.norm: is not a number, which a range is of: list its values
            tune: {steps: 5, method: random, trials: 2, over: {training.lr: {from: 1, to: 8, step: 1}}} | x.yaml:1: unknown key 'tune.over.training.lr.step'
            {vary: {model.family: [gru, transformer]}, tune: {steps: 5, method: random, trials: 2, over: {model.n_heads: {from: 1, to: 4}}}} | x.yaml:1: tune.over.model.n_heads: at {model.family: gru
            tune: {stepps: 3}                               | unknown key 'tune.stepps'; did you mean 'tune.steps'?
            tune: {steps: 5, over: {model.n_heads: [2, 3]}} | x.yaml:1: tune.over: at {model.n_heads: 3}: n_heads 3 does not divide d_model 32
            tune: {steps: 5, instead: {gru: {}}}            | tune.instead.gru: there is no variant 'gru'
            tune: {steps: 5, over: {training.lr: [1]}, bounded: {model.d_model: so}} | x.yaml:1: tune.bounded.model.d_model: nothing is tried for 'model.d_model' (legal: training.lr)
            tune: {bounded: {model.d_model: so}}            | x.yaml:1: tune.bounded.model.d_model: nothing is tried for 'model.d_model'
            tune: {steps: 5, over: {training.lr: [1]}, bounded: {training.lr: ' '}} | x.yaml:1: tune.bounded.training.lr: must say why its values end where they do
            tune: {bounded: {training.lrr: so}}             | x.yaml:1: tune.bounded.training.lrr: unknown key 'training.lrr'
            tune: {bounded: [training.lr]}                  | x.yaml:1: tune.bounded: must be a mapping
            compare_on: final_los                           | x.yaml:1: compare_on: variants cannot be compared on 'final_los'; did you mean 'final_loss'? (legal: final_loss, validation_loss, exam_loss, exam_accuracy), or a figure such as
            compare_on: [final_loss]                        | x.yaml:1: compare_on: must be text, not a list
            compare_on: validation_loss                     | x.yaml:1: compare_on: validation_loss needs training.eval_every of at least 1 in every variant
            {training: {eval_every: 5}, vary: {training.eval_every: [0, 5]}, compare_on: validation_loss} | x.yaml:1: compare_on: validation_loss needs training.eval_every
            seeds: 0                                        | x.yaml:1: seeds: must be at least 1, not 0
            {most_seeds: 3, vary: {model.bias: [true, false]}} | x.yaml:1: most_seeds: must be more than seeds, 3, which are trained first
            most_seeds: 10                                  | x.yaml:1: most_seeds: nothing is compared
            margin: 0.1                                     | x.yaml:1: margin: nothing is compared
            {margin: -0.1, vary: {model.bias: [true, false]}} | x.yaml:1: margin:
            {most_seeds: 6000, vary: {model.bias: [true, false]}} | at most 10,000 trials
            seeds: 100000                                   | at most 10,000 trials
            study: ../up                                    | study: the name '../up' must be
            measure: [loss, los]                            | measure: unknown measure 'los'; did you mean 'loss'? (legal: loss, param_grad_norm_by_layer
            measure: loss                                   | measure: must be a list
            expected: maybe                                 | expected: unknown value 'maybe' (legal: holds, does not hold, inconclusive)
            [a, b]                                          | must be a mapping of keys to values
            model: {d_model: 8, d_model: 9}                 | model.d_model: the key appears twice, first on line 1
            model: {d_model: 8                              | x.yaml:1: not YAML:
            """)
    void refusesWhatItCannotCarryOut(String yaml, String message) {
        assertThatThrownBy(() -> READER.parse("x.yaml", yaml)).isInstanceOf(BadInput.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "model: {family: gru, n_heads: 1, norm: layer_norm}",
        "training: {weight_decay: 0, decay: matrices}",
        "{model: {rope_theta: 500}, vary: {model.positions: [learned, rope]}}",
        "{model: {n_heads: 2}, variants: {a: {}, b: {model.attention: none}, c: {model.family: gru}}}",
        "{training: {decay: all}, tune: {steps: 1, over: {training.weight_decay: [0, 0.1]}}}",
        "{model: {family: ngram}, variants: {a: {}, b: {model.family: gru}}, training: {lr: 1}}",
        "{training: {lr: 1}, variants: {a: {}, b: {model.family: ngram}}, tune: {steps: 1, over: {training.lr: [1, 2]}, instead: {b: {model.ngram_order: [2, 3]}}}}",
        "{model: {init: gpt2, init_std: 0.1, init_from: somewhere}}",
        "{study: recall, model: {family: gru}}"})
    void whatSomeModelReadsMayBeSaidOfAllAndDefaultsAreNoClaims(String yaml) {
        Study read = study(yaml);
        assertThat(study(StudyWriter.write(read))).as("as it is resolved, every key written").isEqualTo(read);
    }

    @Test
    void theDocumentedStudiesAreStudies() throws Exception {
        Path root = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
        int found = 0;
        for (String document : List.of("README.md", "docs/studies.md")) {
            Matcher yaml = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(root.resolve(document)));
            while (yaml.find()) {
                assertThat(study(yaml.group(1)).compares()).isTrue();
                found++;
            }
        }
        assertThat(found).isPositive();
    }

    @Test
    void whatIsTunedIsNotVaried() {
        assertThatThrownBy(() -> READER.parse("x.yaml", "vary: {training.lr: [1, 2]}\ntune: {steps: 5, over: {training.lr: [1, 2]}}"))
                .hasMessage("x.yaml:2: tune: training.lr cannot be tuned: it is varied");
        assertThatThrownBy(() -> READER.parse("x.yaml", "vary: {model.n_heads: [1, 2]}\nvariants: {a: {model.n_heads: 2}}"))
                .hasMessageContaining("x.yaml:2: variants.a.model.n_heads: the key is varied too");
    }

    @Test
    void namesTheLineAndThePointOfTheGrid() {
        assertThatThrownBy(() -> READER.parse("x.yaml", """
                model:
                  n_layers: 2
                  n_heads: 4

                vary:
                  model.d_model: [8, 16, 18]
                  training.warmup: [1]
                """)).hasMessageStartingWith("x.yaml:5: vary: at {model.d_model: 18, training.warmup: 1}: n_heads 4 does not divide d_model 18");
    }

    @Test
    void refusesHostileFiles() throws Exception {
        refuse("", "the file is empty");
        refuse("--- {}\n--- {}\n", ":2: a second document");
        refuse("a: " + "[".repeat(100_000), "nested deeper than 16 levels");
        refuse("a: &a [x]\nb: &b [*a, *a]\n".repeat(1) + "c: &c " + "[*b, *b, *b, *b, *b, *b, *b, *b]\n" + laughs(), "aliases expand to more than");
        refuse("vary: &v\n  model.placement: *v\n", "aliases expand to more than");
        refuse("# " + "x".repeat(1 << 20), "larger than the limit of 1,048,576 bytes");
        Path binary = folder.resolve("binary.yaml");
        Files.write(binary, "study: caf".getBytes(StandardCharsets.US_ASCII), java.nio.file.StandardOpenOption.CREATE);
        Files.write(binary, new byte[] {(byte) 0xe9, 'x'}, java.nio.file.StandardOpenOption.APPEND);
        assertThatThrownBy(() -> READER.read(binary)).isInstanceOf(BadInput.class).hasMessageContaining("not UTF-8 text: byte 0xe9 at offset 10");
        assertThatThrownBy(() -> READER.read(folder)).isInstanceOf(BadInput.class).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> READER.read(folder.resolve("none.yaml"))).isInstanceOf(BadInput.class).hasMessageContaining("no such file");
    }

    /** Each level eight times the one before: 8⁸ values from a few lines. */
    private static String laughs() {
        StringBuilder text = new StringBuilder();
        String last = "c";
        for (String name : List.of("d", "e", "f", "g", "h")) {
            text.append(name).append(": &").append(name).append(" [").append(("*" + last + ", ").repeat(7)).append("*").append(last).append("]\n");
            last = name;
        }
        return text.toString();
    }

    private void refuse(String text, String message) throws Exception {
        Path file = folder.resolve("hostile.yaml");
        Files.writeString(file, text);
        assertThatThrownBy(() -> READER.read(file)).isInstanceOf(BadInput.class).hasMessageContaining(message);
    }
}
