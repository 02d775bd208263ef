package io.fluxo.inspect;

import static io.fluxo.model.ModelSpec.ATTENTION;
import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.FFN;
import static io.fluxo.model.ModelSpec.NORM;
import static io.fluxo.model.ModelSpec.NORM_AFFINE;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_KEY_VALUE_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.model.ModelSpec.QK_NORM;
import static io.fluxo.model.ModelSpec.RESIDUAL;
import static io.fluxo.model.ModelSpec.RESIDUAL_SCALE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Block;
import io.fluxo.block.Branch;
import io.fluxo.block.Factor;
import io.fluxo.block.OneStreamBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.Residual;
import io.fluxo.block.Stack;
import io.fluxo.block.StreamContract;
import io.fluxo.block.StreamSum;
import io.fluxo.block.Symbols;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every built-in placement keeps its contract, under every residual connection and with either sub-layer alone; a block that lies is named. */
class StreamCheckTest {

    private static final HostArray TOKENS = HostArray.of(Shape.of(2, 5), 3, 1, 4, 1, 5, 6, 2, 0, 6, 3);

    private final Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));

    @AfterEach
    void close() {
        backend.close();
    }

    private static ModelSpec small() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 4).with(D_MODEL, 8).with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2).with(D_MLP, 12).with(N_CTX, 6).with(D_VOCAB, 7).with(NORM_AFFINE, true);
    }

    /** Each feature of its stream has a factor of its own: nothing is declared of it, and instruments refuse it. */
    private static final String UNDECLARED = "ngpt";

    static Stream<String> placements() {
        return ModelParts.CATALOG.names(Placement.KIND).stream().filter(name -> !name.equals(UNDECLARED));
    }

    @Test
    void whatDeclaresNothingIsRefusedWithTheReason() {
        Transformer model = model(small().with(PLACEMENT, UNDECLARED), backend, DType.F64, ModelParts.CATALOG);
        assertThat(ModelContract.of(model).againstDecomposition()).hasValue(
                "blocks.0 (SphereBlock) declares nothing about its stream: each feature moves by a factor of its own, between norms that are no layers");
        assertThat(StreamCheck.of(model, backend, TOKENS).fault()).isEqualTo(ModelContract.of(model).againstDecomposition());
    }

    /** What a model can be besides its placement, where the placement can be given it. */
    static Stream<Arguments> models() {
        Map<String, Function<ModelSpec, ModelSpec>> variants = new LinkedHashMap<>();
        variants.put("plain", spec -> spec);
        variants.put("residual none", spec -> spec.with(RESIDUAL, ResidualKind.NONE));
        variants.put("residual scaled", spec -> spec.with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.3));
        variants.put("no attention", spec -> spec.with(ATTENTION, "none"));
        variants.put("no network", spec -> spec.with(FFN, false));
        variants.put("uniform attention", spec -> spec.with(ATTENTION, "uniform"));
        variants.put("self-only attention", spec -> spec.with(ATTENTION, "self_only"));
        variants.put("no norm", spec -> spec.with(NORM, "none"));
        variants.put("qk norm", spec -> spec.with(QK_NORM, true));
        return placements().flatMap(placement -> variants.entrySet().stream().flatMap(variant -> {
            ModelSpec spec = variant.getValue().apply(small().with(PLACEMENT, placement));
            return spec.violations(ModelParts.CATALOG).isEmpty() ? Stream.of(Arguments.of(placement + ", " + variant.getKey(), spec)) : Stream.empty();
        }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void everyPlacementKeepsItsContract(String name, ModelSpec spec) {
        StreamCheck check = StreamCheck.of(model(spec, backend, DType.F64, ModelParts.CATALOG), backend, TOKENS);
        assertThat(check.fault()).as(name).isEmpty();
        assertThat(check.checked()).isGreaterThanOrEqualTo(spec.get(N_LAYERS));
        check.require();
    }

    static Stream<Arguments> setups() {
        return Setup.ALL.stream().flatMap(setup -> placements().map(placement -> Arguments.of(setup, placement)));
    }

    /** The tolerance is that of the type, and every backend keeps it. */
    @ParameterizedTest
    @MethodSource("setups")
    void onEveryBackend(Setup setup, String placement) {
        try (Backend other = setup.open()) {
            assertThat(StreamCheck.of(model(small().with(PLACEMENT, placement), other, setup.dtype(), ModelParts.CATALOG), other, TOKENS).fault()).isEmpty();
        }
    }

    /** Under every placement the same four names show what each sub-layer returns and adds. */
    @ParameterizedTest
    @MethodSource("placements")
    void theCommonNamesWorkUnderEveryPlacement(String placement) {
        Transformer model = model(small().with(PLACEMENT, placement), backend, DType.F64, ModelParts.CATALOG);
        Cache cache = Cache.of("blocks.*.attn.hook_out", "blocks.*.hook_attn_contribution", "blocks.*.mlp.hook_out", "blocks.*.hook_mlp_contribution");
        model.forward(Pass.evaluation(backend).with(cache), backend.upload(TOKENS));
        for (int layer = 0; layer < 4; layer++) {
            for (Branch.Kind kind : Branch.Kind.values()) {
                for (String name : List.of(kind.result(), kind.contribution())) {
                    assertThat(cache.get("blocks." + layer + "." + name).shape()).isEqualTo(Shape.of(2, 5, 8));
                    assertThat(cache.valuesUnderAllNames()).containsKey("blocks." + layer + "." + name);
                }
            }
        }
        assertThat(cache.ranCompositions()).isFalse();
    }

    @Test
    void whatIsDeclaredIsAsTheEquationsSay() {
        assertThat(sums("post")).containsExactly("hook_resid_mid = hook_resid_pre + hook_attn_contribution", "hook_resid_post = ln1.hook_out + hook_mlp_contribution");
        assertThat(sums("pre")).containsExactly("hook_resid_mid = hook_resid_pre + hook_attn_contribution", "hook_resid_post = hook_resid_mid + hook_mlp_contribution");
        assertThat(sums("parallel")).containsExactly("hook_resid_post = hook_resid_pre + hook_attn_contribution + hook_mlp_contribution");
        assertThat(sums("deep_norm")).containsExactly("hook_resid_mid = 1.681792830507429·hook_resid_pre + hook_attn_contribution",
                "hook_resid_post = 1.681792830507429·ln1.hook_out + hook_mlp_contribution");     // α = 8^¼
        assertThat(sums("resi_dual")).contains("hook_dual_post = hook_dual_pre + hook_attn_contribution + hook_mlp_contribution").hasSize(3);
        assertThat(sums("deep_delta")).isEqualTo(sums("pre"));
        assertThat(sums("siamese")).containsAll(sums("pre")).contains("hook_bounded_mid = ln1.hook_out + 0.35355339059327373·hook_attn_contribution",
                "hook_bounded_post = ln2.hook_out + 0.35355339059327373·hook_mlp_contribution").hasSize(4);        // 1/√8
        assertThat(sums("hyper_connections")).containsExactly("hook_streams_mid = hyper1.hook_res·hook_streams_pre + hyper1.hook_post·hook_attn_contribution",
                "hook_streams_post = hyper2.hook_res·hook_streams_mid + hyper2.hook_post·hook_mlp_contribution").isEqualTo(sums("mhc"));
        assertThat(sums("attn_res")).containsExactly("hook_sources_mid = hook_sources_pre + hook_attn_contribution in the last place",
                "hook_sources_post = hook_sources_mid + hook_mlp_contribution in the last place");
    }

    private List<String> sums(String placement) {
        return contract(placement).sums().stream().map(StreamSum::toString).toList();
    }

    private static StreamContract contract(String placement) {
        return ModelBuilder.transformer(small().with(PLACEMENT, placement), ModelParts.CATALOG).blocks().getLast().contract().orElseThrow();
    }

    @Test
    void whatIsDeclaredTellsTheKindsApart() {
        assertThat(placements().filter(placement -> contract(placement).additive())).containsExactlyInAnyOrder("pre", "none", "sandwich", "peri_ln", "res_post", "ln_scaling",
                "parallel", "norm_former", "rezero", "mix_ln", "deep_delta", "siamese");
        assertThat(placements().filter(placement -> contract(placement).postLike())).containsExactlyInAnyOrder("post", "deep_norm", "resi_dual", "post_scaled", "keel");
        assertThat(placements().filter(placement -> contract(placement).normalises())).containsExactlyInAnyOrder("post", "deep_norm", "resi_dual", "post_scaled", "keel", "hybrid_norm", "siamese");
        assertThat(placements().filter(placement -> contract(placement).parallel())).containsExactly("parallel");
        assertThat(placements().filter(placement -> contract(placement).sideBySide())).containsExactlyInAnyOrder("hyper_connections", "mhc", "attn_res");
        assertThat(placements().filter(placement -> !contract(placement).sideBySide())).allSatisfy(placement -> assertThat(contract(placement).streams()).isEqualTo(ModelParts.CATALOG.part(Placement.KIND, Choice.of(placement)).traits()
                .streams()));
    }

    /** Pre-norm that says one thing and does another. */
    private abstract static class Liar extends OneStreamBlock {

        Liar(Placement.Parts parts, StreamContract contract) {
            super(parts, Symbols.BARE, contract);
            part(attention);
            part(mlp);
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            return pass.at(residMid, attnResidual.join(pass, x, pass.at(attnOut, attention.forward(pass, x, context))));
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t) {
            return pass.at(residPost, mlpResidual.join(pass, t, pass.at(mlpOut, mlp.forward(pass, t))));
        }
    }

    /** Declares a plain sum, and scales the network's branch. */
    private static final class Scales extends Liar {

        private Scales(Placement.Parts parts) {
            super(parts, StreamContract.PRE);
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t) {
            return pass.at(residPost, mlpResidual.join(pass, t, pass.scale(pass.at(mlpOut, mlp.forward(pass, t)), 0.999)));
        }
    }

    /** Shows half of attention's contribution. */
    private static final class ShowsSomethingElse extends Liar {

        private final HookPoint shown = boundary("hook_attn_contribution");

        private ShowsSomethingElse(Placement.Parts parts) {
            super(parts, StreamContract.PRE);
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            Tensor t = pass.at(attnOut, attention.forward(pass, x, context));
            pass.at(shown, pass.scale(t, 0.5));
            return pass.at(residMid, attnResidual.join(pass, x, t));
        }
    }

    /** Weighs what the network returns token by token, and shows other weights than it takes. */
    private static final class WeighsOtherwise extends Liar {

        private final HookPoint weight = boundary("hook_weight");
        private final double shown;

        private WeighsOtherwise(Placement.Parts parts, double shown) {
            super(parts, new StreamContract(StreamContract.PRE.branches(), List.of(StreamContract.PRE.sums().getFirst(),
                    StreamContract.PRE.sums().getLast().weighing(new Factor.Shown("hook_weight")))));
            this.shown = shown;
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t) {
            Tensor by = pass.sigmoid(pass.scale(pass.sum(t, -1), 0.01));
            pass.at(weight, pass.scale(by, shown));
            return pass.at(residPost, mlpResidual.join(pass, t, pass.mul(by, pass.at(mlpOut, mlp.forward(pass, t)))));
        }
    }

    /** Says that it shows what attention returns, and shows it doubled. */
    private static final class Doubles extends Liar {

        private Doubles(Placement.Parts parts) {
            super(parts, StreamContract.PRE);
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            return pass.at(residMid, attnResidual.join(pass, x, pass.at(attnOut, pass.scale(attention.forward(pass, x, context), 2))));
        }
    }

    /** Says that it shows what the network returns, and shows it doubled: every sum holds all the same. */
    private static final class DoublesTheNetwork extends Liar {

        private DoublesTheNetwork(Placement.Parts parts) {
            super(parts, StreamContract.PRE);
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t) {
            return pass.at(residPost, mlpResidual.join(pass, t, pass.at(mlpOut, pass.scale(mlp.forward(pass, t), 2))));
        }
    }

    /** Shows under the network's own name the half of what it returns, and adds all of it. */
    private static final class ShowsAnotherResult extends Liar {

        private final HookPoint result = boundary("mlp.hook_out");

        private ShowsAnotherResult(Placement.Parts parts) {
            super(parts, StreamContract.PRE.with(Branch.changedBefore(Branch.Kind.NETWORK)));
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t) {
            Tensor made = mlp.forward(pass, t);
            pass.at(result, pass.scale(made, 0.5));
            return pass.at(residPost, mlpResidual.join(pass, t, pass.at(mlpOut, made)));
        }
    }

    /** Hands on something else than it shows as its output. */
    private static final class HandsOnSomethingElse extends Liar {

        private HandsOnSomethingElse(Placement.Parts parts) {
            super(parts, StreamContract.PRE);
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t) {
            return pass.shift(super.transform(pass, t), 1e-9);
        }
    }

    /** Declares a point that it does not have. */
    private static final class NamesNothing extends Liar {

        private NamesNothing(Placement.Parts parts) {
            super(parts, StreamContract.PRE.with(new Branch(Branch.Kind.ATTENTION, "hook_attn_out", "hook_attn_gone")));
        }
    }

    /** Has a point for what the network returns, and never shows it. */
    private static final class ShowsNothing extends Liar {

        private ShowsNothing(Placement.Parts parts) {
            super(parts, StreamContract.PRE.with(Branch.changedBefore(Branch.Kind.NETWORK)));
        }
    }

    private static Optional<String> faultOf(Function<Placement.Parts, Block> liar, Backend on) {
        var catalog = ModelParts.CATALOG.plus(Placement.KIND, "liar", Placement.of(liar, false));
        SequencedMap<PerLayer.Range, Choice> exceptions = new LinkedHashMap<>();
        exceptions.put(PerLayer.Range.parse("2").orElseThrow(), Choice.of("liar"));
        ModelSpec spec = small().with(PLACEMENT, new PerLayer<>(Choice.of("pre"), exceptions));
        return StreamCheck.of(model(spec, on, DType.F64, catalog), on, TOKENS).fault();
    }

    @Test
    void aBlockThatLiesIsNamed() {
        assertThat(faultOf(PreNormBlock::new, backend)).isEmpty();
        assertThat(faultOf(Scales::new, backend)).hasValueSatisfying(fault -> assertThat(fault)
                .startsWith("blocks.2: hook_resid_post = hook_resid_mid + hook_mlp_contribution does not hold. At [0, 0, 0] blocks.2.hook_resid_post is ").contains("rounding explains"));
        assertThat(faultOf(ShowsSomethingElse::new, backend)).hasValueSatisfying(fault -> assertThat(fault)
                .startsWith("blocks.2: hook_resid_mid = hook_resid_pre + hook_attn_contribution does not hold"));
        assertThat(faultOf(parts -> new WeighsOtherwise(parts, 1), backend)).isEmpty();
        assertThat(faultOf(parts -> new WeighsOtherwise(parts, 1.0001), backend)).hasValueSatisfying(fault -> assertThat(fault)
                .startsWith("blocks.2: hook_resid_post = hook_resid_mid + hook_weight·hook_mlp_contribution does not hold"));
        assertThat(faultOf(Doubles::new, backend)).hasValueSatisfying(fault -> assertThat(fault).startsWith("blocks.2.attn.hook_out is not what attention returned: at [0, 0, 0]"));
        assertThat(faultOf(DoublesTheNetwork::new, backend)).hasValueSatisfying(fault -> assertThat(fault).startsWith("blocks.2.mlp.hook_out is not what the network returned: at [0, 0, 0]"));
        assertThat(faultOf(ShowsAnotherResult::new, backend)).hasValueSatisfying(fault -> assertThat(fault).startsWith("blocks.2.mlp.hook_out is not what the network returned: at [0, 0, 0]"));
        assertThat(faultOf(HandsOnSomethingElse::new, backend)).hasValueSatisfying(fault -> assertThat(fault)
                .startsWith("blocks.2.hook_resid_post is not blocks.3.hook_resid_pre: at [0, 0, 0]"));
        assertThat(faultOf(NamesNothing::new, backend)).hasValue("blocks.2 declares 'hook_attn_gone', and has no such hook point");
        assertThat(faultOf(ShowsNothing::new, backend)).hasValue("blocks.2.mlp.hook_out is declared, and the run did not reach it");
        assertThatThrownBy(() -> new StreamCheck(1, faultOf(Scales::new, backend)).require()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is not what its blocks declare: blocks.2: hook_resid_post");
    }

    /** A residual connection of one's own is believed to add plainly, until it is checked. */
    @Test
    void aResidualConnectionThatLiesIsNamed() {
        Residual halved = (pass, x, f) -> pass.add(pass.scale(f, 0.5), x);
        assertThat(faultOf(parts -> new PreNormBlock(new Placement.Parts(parts.path(), parts.depth(), parts.attention(), parts.mlp(), parts.norm(), halved)), backend))
                .hasValueSatisfying(fault -> assertThat(fault).startsWith("blocks.2: hook_resid_mid = "));
    }

    @Test
    void aBlockThatDeclaresNothingIsNamed() {
        class Silent extends OneStreamBlock {
            Silent(Placement.Parts parts) {
                super(parts, Symbols.BARE);
                part(attention);
                part(mlp);
            }

            @Override
            protected Tensor attend(Pass pass, Tensor x, Tensor context) {
                return pass.at(residMid, residual.join(pass, x, pass.at(attnOut, attention.forward(pass, x, context))));
            }

            @Override
            protected Tensor transform(Pass pass, Tensor t) {
                return pass.at(residPost, residual.join(pass, t, pass.at(mlpOut, mlp.forward(pass, t))));
            }
        }
        assertThat(faultOf(Silent::new, backend)).hasValue("blocks.2 (Silent) declares nothing about its stream");
    }

    /** An outsider declares as the built-in ones do, whatever its points are called. */
    @Test
    void aBlockOfAnotherDesignDeclaresItsOwnPoints() {
        class Own extends Block {
            private final Placement.Parts parts;
            private final HookPoint in = boundary("in");
            private final HookPoint added = boundary("added");
            private final HookPoint out = boundary("out");

            Own(Placement.Parts parts) {
                super(parts.path());
                this.parts = parts;
                part(parts.mlp());
            }

            @Override
            protected Tensor equations(Pass pass, Tensor given, Tensor context) {
                Tensor x = pass.at(in, given);
                return pass.at(out, pass.add(pass.scale(x, -0.25), pass.at(added, parts.mlp().forward(pass, x))));
            }

            @Override
            public Map<String, String> chapter() {
                return Map.of("x", "in", "h", "out");
            }

            @Override
            public Optional<StreamContract> contract() {
                return Optional.of(new StreamContract(List.of(new Branch(Branch.Kind.NETWORK, "added", "added")),
                        List.of(StreamSum.of("in", List.of(Branch.Kind.NETWORK), "out"))).carrying(-0.25));
            }
        }
        assertThat(faultOf(Own::new, backend)).isEmpty();
        assertThat(new Own(new Placement.Parts("blocks.7", null, new Stack(List.of()), null)).aliases())
                .containsEntry("blocks.7.hook_mlp_contribution", "blocks.7.added").containsEntry("blocks.7.mlp.hook_out", "blocks.7.added");
        assertThatThrownBy(() -> new StreamContract(List.of(), List.of(StreamSum.of("in", List.of(Branch.Kind.NETWORK), "out")))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the sum out = in + hook_mlp_contribution adds what no declared branch contributes");
    }

    /** Weights that are not numbers are a fault, and no agreement. */
    @Test
    void whatIsNoNumberDoesNotHold() {
        Transformer model = model(small(), backend, DType.F64, ModelParts.CATALOG);
        var weight = model.parameters().stream().filter(parameter -> parameter.name().equals("blocks.1.mlp.W_out")).findFirst().orElseThrow();
        double[] values = backend.download(weight.value()).toDoubles().clone();
        values[0] = Double.NaN;
        weight.set(backend.upload(HostArray.of(weight.shape(), DType.F64, values)));
        assertThat(StreamCheck.of(model, backend, TOKENS).fault()).hasValueSatisfying(fault -> assertThat(fault).startsWith("blocks.1: hook_resid_post = "));
    }

    static Transformer model(ModelSpec spec, Backend backend, DType dtype, Catalog catalog) {
        Transformer model = ModelBuilder.transformer(spec, catalog);
        RandomKey key = RandomKey.of(11);
        Initializer values = Initializer.normal(0.6);
        model.fill(cell -> backend.upload(HostArray.of(cell.shape(), dtype, values.sample(cell.shape(), key.split(cell.name())))));
        return model;
    }
}
