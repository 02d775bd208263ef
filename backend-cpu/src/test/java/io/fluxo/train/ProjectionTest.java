package io.fluxo.train;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.golden.Setup;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.Projection;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What layers ask to be projected after every step, on every backend, in steps that are replayed too. */
class ProjectionTest {

    private static final RandomKey KEY = RandomKey.of(12);
    /** As wide as its heads together and as its hidden layer: in its matrices, sizes do not tell the axes apart. */
    private static final ModelSpec SPEC = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(N_HEADS, 2).with(D_MLP, 4).with(N_CTX, 4).with(D_VOCAB, 5).with(PLACEMENT, "ngpt");
    private static final Examples TEXT = Examples.successors(new int[] {0, 1, 2, 3, 4, 4, 2, 0, 1, 3}, 2);

    static Stream<Setup> setups() {
        return Setup.ALL.stream();
    }

    private static LanguageModel model(Backend backend, DType dtype, Catalog catalog, ModelSpec spec, long seed) {
        LanguageModel model = ModelBuilder.build(spec, catalog);
        model.initialize(backend, dtype, RandomKey.of(seed));
        return model;
    }

    private static Trainer trainer(Backend backend, LanguageModel model, String optimizer) {
        return new Trainer(backend, model, TrainingSpec.DEFAULT.with(TrainingSpec.OPTIMIZER, optimizer).with(TrainingSpec.LR, 0.1), TrainingParts.CATALOG, KEY);
    }

    @Test
    void ngptAsksForTheMatricesOfItsSubLayers() {
        List<String> names = ModelBuilder.build(SPEC, ModelParts.CATALOG).kept().stream().map(Projection::parameter).map(Parameter::name).toList();
        assertThat(names).hasSize(12).contains("blocks.0.attn.W_Q", "blocks.0.attn.W_O", "blocks.1.mlp.W_in", "blocks.1.mlp.W_out").doesNotContain("W_E", "blocks.0.attn.b_Q");
        assertThat(ModelBuilder.build(SPEC.with(PLACEMENT, "pre"), ModelParts.CATALOG).kept()).isEmpty();
    }

    /** Vectors along d_model: columns of what reads the stream, rows of what is added to it. */
    @ParameterizedTest
    @MethodSource("setups")
    void theyHaveLengthOneAfterEveryStep(Setup setup) {
        for (String optimizer : List.of("adamw", "sgd", "muon")) {
            try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
                LanguageModel model = model(backend, setup.dtype(), ModelParts.CATALOG, SPEC, 1);
                Trainer trainer = trainer(backend, model, optimizer);
                double tolerance = setup.dtype() == DType.F64 ? 1e-14 : 1e-6;
                for (int t = 1; t <= 5; t++) {
                    trainer.step(t, TEXT, Set.of());
                    Map<String, HostArray> state = trainer.state();
                    model.kept().forEach(projection -> {
                        String name = projection.parameter().name();
                        boolean outer = name.endsWith("W_O") || name.endsWith("W_out");
                        assertThat(lengths(state.get(name), outer)).as("%s with %s", name, optimizer).allSatisfy(length -> assertThat(length).isCloseTo(1, within(tolerance)));
                    });
                }
            }
        }
    }

    private static List<Double> lengths(HostArray matrix, boolean ofRows) {
        int columns = matrix.shape().size(1);
        double[] squares = new double[ofRows ? matrix.shape().size(0) : columns];
        double[] values = matrix.toDoubles();
        for (int i = 0; i < values.length; i++) {
            squares[ofRows ? i / columns : i % columns] += values[i] * values[i];
        }
        List<Double> lengths = new ArrayList<>();
        for (double square : squares) {
            lengths.add(Math.sqrt(square));
        }
        return lengths;
    }

    /** What the update makes is projected, and nothing else happens to it or to others: the values of a free model's step, and half of them. */
    @Test
    void aStepIsTheUpdateAndThenTheProjection() {
        Setup setup = Setup.ALL.getFirst();
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = model(backend, setup.dtype(), ModelParts.CATALOG, SPEC.with(PLACEMENT, "pre"), 1);
            LanguageModel kept = model(backend, setup.dtype(), Keeping.catalog((ops, w) -> ops.scale(w, 0.5)), SPEC.with(PLACEMENT, "keeping"), 1);
            trainer(backend, model, "adamw").step(1, TEXT, Set.of());
            trainer(backend, kept, "adamw").step(1, TEXT, Set.of());
            for (int i = 0; i < model.parameters().size(); i++) {
                Parameter parameter = kept.parameters().get(i);
                double factor = parameter.name().endsWith("W_Q") ? 0.5 : 1;
                double[] updated = backend.download(model.parameters().get(i).value()).toDoubles();
                double[] projected = backend.download(parameter.value()).toDoubles();
                for (int j = 0; j < updated.length; j++) {
                    assertThat(projected[j]).as(parameter.name()).isEqualTo(factor * updated[j]);
                }
            }
        }
    }

    /** Pre-norm whose W_Q are projected. */
    private static final class Keeping extends Block {
        private final Block inner;

        Keeping(Placement.Parts parts, Projection.Onto onto) {
            super(parts.path());
            inner = part(new PreNormBlock(parts));
            inner.parameters().stream().filter(parameter -> parameter.name().endsWith("W_Q")).forEach(parameter -> keep(parameter, onto));
        }

        /** A catalogue in which it is called {@code keeping}. */
        static Catalog catalog(Projection.Onto onto) {
            return Catalog.of(new ModelParts(), new TrainingParts(), to -> to.add(Placement.KIND, "keeping", Placement.of(parts -> new Keeping(parts, onto), true)));
        }

        @Override
        public Map<String, String> chapter() {
            return inner.chapter();
        }

        @Override
        protected Tensor equations(Pass pass, Tensor x, Tensor context) {
            return inner.forward(pass, x);
        }
    }

    /** With the state of a step another trainer goes on with the same bits. */
    @ParameterizedTest
    @MethodSource("setups")
    void aRunGoesOnWithTheSameBits(Setup setup) {
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Trainer trainer = trainer(backend, model(backend, setup.dtype(), ModelParts.CATALOG, SPEC, 1), "adamw");
            for (int t = 1; t <= 3; t++) {
                trainer.step(t, TEXT, Set.of());
            }
            Map<String, HostArray> state = new LinkedHashMap<>(trainer.state());
            Trainer other = trainer(backend, model(backend, setup.dtype(), ModelParts.CATALOG, SPEC, 99), "adamw");
            other.restore(state::get);
            for (int t = 4; t <= 6; t++) {
                assertThat(other.step(t, TEXT, Set.of()).loss()).isEqualTo(trainer.step(t, TEXT, Set.of()).loss());
            }
            Map<String, HostArray> after = trainer.state();
            other.state().forEach((name, values) -> assertThat(values.toDoubles()).as(name).isEqualTo(after.get(name).toDoubles()));
        }
    }

    @Test
    void oneThatReturnsAnotherShapeIsNamed() {
        Setup setup = Setup.ALL.getFirst();
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Catalog catalog = Keeping.catalog((ops, w) -> ops.sum(w, 1));
            Trainer trainer = trainer(backend, model(backend, setup.dtype(), catalog, SPEC.with(PLACEMENT, "keeping"), 1), "sgd");
            assertThatThrownBy(() -> trainer.step(1, TEXT, Set.of())).isInstanceOf(BrokenPartException.class).hasMessageContaining("the projection of blocks.0.attn.W_Q, which is")
                    .hasMessageContaining("returned");
        }
    }
}
