package io.fluxo.experiments.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts with keys of their own keep them wherever a study is written down and read again: YAML, JSON, a model's folder. */
class OwnKeysRoundTripTest {

    enum Shade { LIGHT, VERY_DARK }

    private static final Key<Double> SHARP = Key.of("sharpness", Type.real(Type.Real.Range.POSITIVE), 1.0, "how sharp");
    private static final Key<Integer> TIMES = Key.of("times", Type.whole(0), 2, "how often");
    private static final Key<Boolean> LOUD = Key.of("loud", Type.truth(), false, "whether it is loud");
    private static final Key<String> WORDS = Key.of("words", Type.words(), "", "what it says");
    private static final Key<Shade> SHADE = Key.of("shade", Type.label(Shade.class), Shade.LIGHT, "how dark");
    private static final Key<List<Shade>> SHADES = Key.of("shades", Type.list(Type.label(Shade.class)), List.of(), "all of them");
    private static final Key<List<Double>> RATES = Key.of("rates", Type.list(Type.real(Type.Real.Range.ANY)), List.of(0.5), "how fast");

    private record Mine(Optional<OwnSettings> own) implements AttentionKind {
        @Override
        public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
            return new MultiHeadAttention(path, dims, design);
        }

        @Override
        public List<Key<?>> keys() {
            return List.of(SHARP, TIMES, LOUD, WORDS, SHADE, SHADES, RATES);
        }

        @Override
        public AttentionKind with(OwnSettings values) {
            return new Mine(Optional.of(values));
        }
    }

    private static final FluxoPlugin PLUGIN = (Contributions to) -> to.add(AttentionKind.KIND, "mine", new Mine(Optional.empty()));

    private static final Catalog CATALOG = Fixtures.ALL.plus(Contributions.of(PLUGIN));

    private static final StudyReader READER = new StudyReader(CATALOG, _ -> Optional.empty());

    private static final String ALL = "{kind: mine, words: 'a: \"b\", {c}', sharpness: 1e-9, times: 0, loud: true, shade: very_dark, shades: [very_dark, light], rates: [-0.0, 1e300]}";

    private static final String STUDY = """
            study: mine
            task: {kind: markov}
            model: {n_layers: 3, attention: {default: %s, "0": {kind: mine, shade: very_dark}, "1-": softmax}}
            """.formatted(ALL);

    @TempDir
    Path folder;

    private static Study read(String text) {
        return READER.parse("x.yaml", text).study();
    }

    @Test
    void inYamlPerLayer() {
        Study study = read(STUDY);
        assertThat(study.model().get(ModelSpec.ATTENTION).at(0)).isEqualTo(Choice.of("mine").with(SHADE, Shade.VERY_DARK));
        Choice all = study.model().get(ModelSpec.ATTENTION).standard();
        assertThat(all.own()).hasSize(7).containsEntry("sharpness", 1e-9).containsEntry("words", "a: \"b\", {c}").containsEntry("shades", List.of(Shade.VERY_DARK, Shade.LIGHT));
        Study again = read(StudyWriter.write(study));
        assertThat(again).isEqualTo(study);
        assertThat(StudyDifference.between(study, again)).isEmpty();
    }

    @Test
    void inVariantsGridsAndTuning() {
        Study study = read("""
                study: mine
                task: {kind: markov}
                model: {n_layers: 1}
                variants: {one: {model.attention: %s}, other: {model.attention: {default: softmax, "0": {kind: mine, times: 5}}}}
                vary: {model.d_mlp: [4, 5]}
                tune: {steps: 2, over: {model.attention: [softmax, {kind: mine, rates: [1]}, {kind: mine, rates: [1, 2]}]}}
                """.formatted(ALL));
        assertThat(study.variants().get("one").get("model.attention")).isInstanceOf(Choice.class);
        assertThat(study.tune().over().get("model.attention")).hasSize(3).doesNotHaveDuplicates();
        assertThat(read(StudyWriter.write(study))).isEqualTo(study);
        Study grid = read("study: mine\ntask: {kind: markov}\nmodel: {n_layers: 1}\nvary: {model.attention: [mine, {kind: mine, times: 3}, %s]}\n".formatted(ALL));
        assertThat(read(StudyWriter.write(grid))).isEqualTo(grid);
        assertThat(VariantNames.of(grid).names()).hasSize(3).contains("attention=mine", "attention={kind: mine, times: 3}");
    }

    /** As values: a standard that is written out and another order of keys are no difference. */
    @Test
    void whatMeansTheSameIsTheSame() {
        Study one = read("study: s\nmodel: {attention: {kind: mine, sharpness: 3, times: 4}}\n");
        Study other = read("study: s\nmodel: {attention: {times: 4, loud: false, kind: mine, sharpness: 3.0, rates: [0.5]}}\n");
        assertThat(other).isEqualTo(one);
        assertThat(StudyDifference.between(one, other)).isEmpty();
        assertThat(StudyWriter.write(other)).isEqualTo(StudyWriter.write(one));
        assertThat(read("study: s\nmodel: {attention: {kind: mine, times: 2}}\n").model().get(ModelSpec.ATTENTION).standard()).isEqualTo(Choice.of("mine"));
    }

    @Test
    void inJson() {
        assertThat(Json.of(Values.written(read(STUDY).model().get(ModelSpec.ATTENTION).standard())).toString())
                .isEqualTo("{\"kind\":\"mine\",\"loud\":true,\"rates\":[-0.0,1.0E300],\"shade\":\"very_dark\",\"shades\":[\"very_dark\",\"light\"],\"sharpness\":1.0E-9,\"times\":0,"
                        + "\"words\":\"a: \\\"b\\\", {c}\"}");
    }

    @Test
    void inTheFolderOfAModel() {
        ModelSpec spec = read(STUDY).model().with(ModelSpec.D_VOCAB, 5);
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            LanguageModel model = ModelBuilder.build(spec, CATALOG);
            model.initialize(backend, DType.F32, RandomKey.of(1));
            ModelDirectory.write(folder, spec, model, backend);
        }
        assertThat(ModelDirectory.readSpec(folder, CATALOG)).isEqualTo(spec);
    }

    @Test
    void thePartIsGivenItsValues() {
        ModelSpec spec = read(STUDY).model();
        List<Object> given = new ArrayList<>();
        spec.layers().forEach(layer -> {
            if (CATALOG.part(AttentionKind.KIND, layer.get(ModelSpec.ATTENTION)) instanceof Mine(Optional<OwnSettings> own)) {
                given.add(own.orElseThrow().get(SHADE) + " " + own.orElseThrow().get(TIMES));
            }
        });
        assertThat(given).containsExactly("VERY_DARK 2");
    }
}
