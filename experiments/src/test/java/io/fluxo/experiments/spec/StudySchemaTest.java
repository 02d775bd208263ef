package io.fluxo.experiments.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fluxo.block.Placement;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;

/** The schema held against a validator of another house. */
class StudySchemaTest {

    private static final StudyReader READER = new StudyReader(Fixtures.ALL, StudyLibrary.standard()::defaults);
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Json.pretty(new StudySchema(Fixtures.ALL).schema()), InputFormat.JSON);

    static Stream<String> builtIn() {
        StudyLibrary library = StudyLibrary.standard();
        return library.names().stream().map(name -> StudyWriter.write(library.find(name).orElseThrow().study()));
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void builtInStudiesAreValid(String yaml) {
        assertThat(errors(yaml)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{}",
            "study: x",
            "model: {placement: {default: pre, \"0-2\": post, \"5-\": deep_norm}}",
            "model: {n_heads: {default: 4, \"1\": 2}, norm_eps: 1, rope_theta: {default: 1e4}}",
            "vary: {model.placement: [pre, {default: pre, \"0\": post}], training.warmup: [1, 125], model.ffn: [true, false]}",
            "variants: {a: {model.d_model: 8}, b: {model.placement: post, training.lr: 1}}\ntune: {steps: 5, over: {training.lr: [1, 2]}, instead: {b: {}}}",
            "tune: {steps: 5, over: {model.d_model: [8, 16]}, bounded: {model.d_model: sizes stay comparable}}\ncompare_on: exam_accuracy",
            "tune: {steps: 50, method: halving, trials: 9, least_steps: 5, factor: 2, over: {training.lr: {from: 1e-4, to: 1, scale: log}, model.d_mlp: {from: 8, to: 16}, model.norm: [rms_norm]}}",
            "training: {eval_every: 5}\ncompare_on: validation_loss",
            "task: {kind: recall}\ncompare_on: accuracy_at_32_pairs",
            "conditions: [{measure: final_loss, of: default, below: 1}]\nexpected: does not hold\njudged_from: 5",
            "vary: {model.norm: [layer_norm, rms_norm]}\nconditions: [{measure: final_loss, of: {norm: rms_norm}, less: norm=layer_norm, above: -1, below: 0.1, in: mean, what: x}]",
            "conditions: [{measure: loss_by_position, at: 1, less_at: 2, of: default, above: 0}, {measure: accuracy_at_32_pairs, of: default, above: 0}]",
            "conditions: [{measure: final_loss, of: default, below: 1, relative_to: unigram_entropy}, {measure: stream_gradient_spread, of: default, below: 1}]",
            "tune: {steps: 2, over: {training.lr: [1e-3, 1e-2]}, extend: 2, seeds: 3}",
            "vary: {model.placement: [pre, post]}\nseeds: 3\nmost_seeds: 10\nmargin: 0.02",
            "model: {family: gru}\nseeds: 1\nmeasure: [loss, update_ratio]\ntraining: {betas: [0.9, 0.98], lr: 5e-3}"})
    void whatTheReaderTakesIsValid(String yaml) {
        assertThat(errors(yaml)).isEmpty();
        READER.parse("x.yaml", yaml);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "models: {}",
            "model: {n_layer: 2}",
            "model: {placement: sideways}",
            "model: {norm: [layer_norm]}",
            "model: {d_model: {default: 8}}",
            "model: {placement: {\"0-2\": post}}",
            "model: {placement: {default: pre, \"zero\": post}}",
            "model: {placement: {default: pre, \"0\": sideways}}",
            "model: {act_fn: tanh}",
            "model: {n_layers: 2.5}",
            "model: {norm_affine: maybe}",
            "vary: {placement: [pre]}",
            "vary: {model.placement: pre}",
            "vary: {model.placement: []}",
            "vary: {model.placement: [pre, pre]}",
            "variants: {a: {d_model: 8}}",
            "variants: {a: {model.d_model: [8]}}",
            "tune: {over: {training.lr: 1}}",
            "tune: {over: {training.lr: {from: 1}}}",
            "tune: {over: {training.lr: {from: 1, to: 2, scale: logarithmic}}}",
            "tune: {over: {model.norm: {from: 1, to: 2}}}",
            "tune: {over: {model.d_model: {from: 1.5, to: 2}}}",
            "tune: {method: bayes}",
            "vary: {training.lr: {from: 1, to: 2}}",
            "tune: {instead: {a: {training.lr: []}}}",
            "seeds: 0",
            "vary: {model.placement: [pre, post]}\nmost_seeds: ten",
            "vary: {model.placement: [pre, post]}\nmargin: -0.02",
            "study: ../up",
            "measure: [los]",
            "expected: maybe",
            "training: {betas: 0.9}",
            "compare_on: loss",
            "compare_on: [final_loss]",
            "tune: {bounded: {training.lr: ''}}",
            "tune: {extend: -1}",
            "tune: {extend: [1]}",
            "tune: {seeds: 0}",
            "tune: {bounded: {lr: because}}",
            "conditions: {measure: final_loss, of: default, below: 1}",
            "conditions: [{measure: final_loss, of: default}]",
            "conditions: [{of: default, below: 1}]",
            "conditions: [{measure: final_loss, below: 1}]",
            "conditions: [{measure: final_los, of: default, below: 1}]",
            "conditions: [{measure: final_loss, of: default, bellow: 1}]",
            "conditions: [{measure: final_loss, of: default, below: low}]",
            "conditions: [{measure: final_loss, of: [default], below: 1}]",
            "conditions: [{measure: final_loss, of: default, below: 1, in: seeds}]",
            "conditions: [{measure: final_loss, of: default, below: 1, relative_to: zero}]",
            "conditions: [{measure: final_loss, of: default, below: 1}, {measure: final_loss, of: default, below: 1}]",
            "judged_from: soon",
            "name: x"})
    void whatTheReaderRefusesIsNot(String yaml) {
        assertThat(errors(yaml)).isNotEmpty();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> READER.parse("x.yaml", yaml))).isInstanceOf(io.fluxo.experiments.BadInput.class);
    }

    @Test
    void aPluginsPlacementIsInIt() {
        Catalog more = Fixtures.ALL.plus(Placement.KIND, "my-block", ModelParts.CATALOG.all(Placement.KIND).get("pre"));
        assertThat(Json.pretty(new StudySchema(more).schema())).contains("my-block");
        assertThat(Json.pretty(new StudySchema(Fixtures.ALL).schema())).doesNotContain("my-block").contains("sandwich", "dynamic_tanh", "interleaved");
    }

    @Test
    void everyKeyIsDescribed() {
        JsonNode schema = new StudySchema(Fixtures.ALL).schema();
        List<String> undescribed = new ArrayList<>();
        schema.path("properties").properties().forEach(entry -> {
            undescribed(entry.getKey(), entry.getValue(), undescribed);
            entry.getValue().path("properties").properties().forEach(inner -> undescribed(entry.getKey() + "." + inner.getKey(), inner.getValue(), undescribed));
        });
        assertThat(schema.path("properties").path("model").path("properties").size()).isEqualTo(ModelSpec.KEYS.all().size());
        assertThat(undescribed).isEmpty();
        assertThat(schema.at("/properties/conditions/items/properties").propertyNames()).containsExactlyInAnyOrderElementsOf(ConditionReader.KEYS);
        schema.at("/properties/conditions/items/properties").properties().forEach(entry -> undescribed(entry.getKey(), entry.getValue(), undescribed));
        assertThat(undescribed).isEmpty();
    }

    private static void undescribed(String key, JsonNode node, List<String> found) {
        if (node.path("description").asString("").isBlank()) {
            found.add(key);
        }
    }

    private static List<Error> errors(String yaml) {
        Object parsed = new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml);
        return SCHEMA.validate(Json.line(Json.of(parsed)), InputFormat.JSON);
    }
}
