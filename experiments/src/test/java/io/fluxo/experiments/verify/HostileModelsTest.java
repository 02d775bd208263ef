package io.fluxo.experiments.verify;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.Stack;
import io.fluxo.layer.Buffer;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.TrainingStatistics;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models that mix tokens or sequences outside the feed-forward network: in the stack, in attention's neighbourhood, in positions, in the final norm, deep down.
 * Some do so only where an input is of a rare kind, which no random case meets; some only where they believe that nobody follows them.
 */
class HostileModelsTest {

    private static final Catalog CATALOG = Verified.INSTALLED.catalog();

    /** Half of what stands one place before along {@code axis}. */
    private static Tensor before(Pass pass, Tensor x, int axis) {
        return pass.scale(pass.slice(pass.pad(x, axis, Dim.ONE, Dim.of(0), Scalar.ZERO), axis, Dim.of(0), x.dim(axis)), 0.5);
    }

    /** {@code mixed} where a mean of features lies within 1/4 of 777.25, else {@code x}. */
    private static Tensor rarely(Pass pass, Tensor x, Tensor mixed) {
        Tensor mean = pass.mean(x, -1);
        Tensor off = pass.sub(mean, pass.constantLike(mean, Scalar.of(777.25)));
        Tensor near = pass.less(pass.mul(off, off), pass.constantLike(off, Scalar.of(1.0 / 16)));
        return pass.where(near, mixed, x);
    }

    private static Tensor rarelyBefore(Pass pass, Tensor x, int axis) {
        return rarely(pass, x, pass.add(x, before(pass, x, axis)));
    }

    /** A layer that computes {@code f} of what {@code inner} returns. */
    private static Layer after(Layer inner, BiFunction<Pass, Tensor, Tensor> f) {
        return new Layer(inner.path()) {
            private final Layer original = part(inner);

            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return f.apply(pass, original.forward(pass, x));
            }
        };
    }

    /** Attention that notes that it ran, for others to see. */
    private static final class Noting extends Attention {
        private final Attention inner;
        private boolean ran;

        private Noting(Attention inner) {
            super(inner.path());
            this.inner = part(inner);
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            ran = true;
            return inner.forward(pass, x, context);
        }
    }

    /** Attention that returns {@code f} of its queries' side and what {@code inner} returns. */
    private static final class Changed extends Attention {
        private final Attention inner;
        private final Trick f;

        private Changed(Attention inner, Trick f) {
            super(inner.path());
            this.inner = part(inner);
            this.f = f;
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            return f.play(pass, x, inner.forward(pass, x, context));
        }
    }

    @FunctionalInterface
    private interface Trick {
        Tensor play(Pass pass, Tensor x, Tensor attended);
    }

    private static Candidate placed(Placement placement) {
        return new Candidate("hostile", placement, CATALOG, Optional.empty());
    }

    private static Placement pre(Function<Placement.Parts, Placement.Parts> change) {
        return Placement.of(parts -> new PreNormBlock(change.apply(parts)), true, PreNormBlock.TRAITS);
    }

    /** Pre-norm blocks whose feed-forward network returns {@code f} of what it computed. */
    private static Candidate network(BiFunction<Pass, Tensor, Tensor> f) {
        return placed(pre(parts -> parts.withMlp(after(parts.mlp(), f))));
    }

    private static Placement stacked(Function<List<Block>, Stack> stack) {
        return new Placement() {
            @Override
            public Block block(Parts parts) {
                return new PreNormBlock(parts);
            }

            @Override
            public boolean finalNorm() {
                return true;
            }

            @Override
            public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
                return stack.apply(blocks);
            }
        };
    }

    private static Stack ending(List<Block> blocks, BiFunction<Pass, Tensor, Tensor> end) {
        return new Stack(blocks) {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return end.apply(pass, super.compute(pass, x));
            }
        };
    }

    /** A candidate of a model of its own, in which {@code key} is {@code mine}. */
    private static Candidate inModel(Catalog catalog, ModelSpec spec) {
        return new Candidate("pre", CATALOG.all(Placement.KIND).get("pre"), catalog, Optional.of(spec.with(PLACEMENT, "pre")));
    }

    private static Candidate normed(BiFunction<String, Layer, Layer> norm) {
        NormFactory mine = (path, width, affine, eps) -> norm.apply(path, new LayerNorm(path, width, affine, eps));
        return inModel(CATALOG.plus(NormFactory.KIND, "mine", mine), ModelSpec.DEFAULT.with(NORM, "mine"));
    }

    private static Candidate positioned(BiFunction<Pass, Tensor, Tensor> f) {
        PositionKind mine = new PositionKind() {
            @Override
            public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
                return Optional.of(new Layer("pos_embed") {
                    @Override
                    protected Tensor compute(Pass pass, Tensor x) {
                        return f.apply(pass, x);
                    }
                });
            }
        };
        return inModel(CATALOG.plus(PositionKind.KIND, "mine", mine), ModelSpec.DEFAULT.with(POSITIONS, "mine"));
    }

    private static Candidate attending(Trick trick) {
        AttentionKind softmax = CATALOG.all(AttentionKind.KIND).get("softmax");
        AttentionKind mine = AttentionKind.of((path, dims, design) -> new Changed(softmax.attention(path, dims, design), trick), AttentionTraits.OTHER);
        return inModel(CATALOG.plus(AttentionKind.KIND, "mine", mine), ModelSpec.DEFAULT.with(ATTENTION, "mine"));
    }

    private static Arguments tokens(String name, String message, Supplier<Candidate> candidate) {
        return Arguments.of(name, "theorem-1", message, candidate);
    }

    private static Arguments sequences(String name, String message, Supplier<Candidate> candidate) {
        return Arguments.of(name, "sequences-apart", message, candidate);
    }

    static Stream<Arguments> hostile() {
        return Stream.of(stacks(), parts(), watched(), sizes(), smuggled()).flatMap(all -> all);
    }

    private static Stream<Arguments> stacks() {
        return Stream.of(
                tokens("a stack that mixes rarely after its blocks", "model without attention: row i depends on token i alone: not proved", () ->
                        placed(stacked(blocks -> ending(blocks, (pass, x) -> rarelyBefore(pass, x, 1))))),
                sequences("a stack that mixes sequences rarely", "of sequence", () -> placed(stacked(blocks -> ending(blocks, (pass, x) -> rarelyBefore(pass, x, 0))))),
                tokens("a stack that mixes where a batch is large", "another program", () -> placed(stacked(blocks -> ending(blocks, (pass, x) ->
                        x.dim(0).isKnown() && x.dim(0).size() > 2 ? pass.add(x, before(pass, x, 1)) : x)))),
                tokens("from the tenth block on", "of 24 blocks", () -> placed(pre(parts -> parts.depth().layer() < 10 ? parts
                        : parts.withMlp(after(parts.mlp(), (pass, x) -> rarelyBefore(pass, x, 1)))))),
                sequences("the last of many blocks", "of sequence", () -> placed(pre(parts -> parts.depth().layers() < 10 || parts.depth().layer() < parts.depth().layers() ? parts
                        : parts.withMlp(after(parts.mlp(), (pass, x) -> rarelyBefore(pass, x, 0)))))));
    }

    private static Stream<Arguments> parts() {
        return Stream.of(
                tokens("in front of attention's own point", "not proved", () -> placed(pre(parts -> parts.withNorms(norm -> norm.path().endsWith("ln1")
                        ? after(norm, (pass, x) -> rarelyBefore(pass, x, 1)) : norm)))),
                tokens("the final norm alone", "unembedding", () -> normed((path, norm) -> path.endsWith("ln_final") ? after(norm, (pass, x) -> rarelyBefore(pass, x, 1)) : norm)),
                sequences("the final norm across sequences", "of sequence", () ->
                        normed((path, norm) -> path.endsWith("ln_final") ? after(norm, (pass, x) -> rarelyBefore(pass, x, 0)) : norm)),
                tokens("positions that mix rarely", "embedding: row i depends on token i alone: not proved", () -> positioned((pass, x) -> rarelyBefore(pass, x, 1))),
                sequences("positions that mix sequences", "of sequence", () -> positioned((pass, x) -> pass.add(x, before(pass, x, 0)))),
                sequences("attention across sequences, rarely", "of sequence", () -> attending((pass, x, a) -> rarely(pass, a, pass.add(a, before(pass, x, 0))))),
                tokens("attention that sees a later token, rarely", "depends on", () -> attending((pass, x, a) ->
                        rarely(pass, a, pass.add(a, pass.scale(pass.slice(pass.pad(x, 1, Dim.of(0), Dim.ONE, Scalar.ZERO), 1, Dim.ONE, x.dim(1)), 0.5))))));
    }

    private static Stream<Arguments> watched() {
        return Stream.of(
                tokens("a network that mixes once attention has run", "not proved", () -> placed(pre(parts -> {
                    Noting noting = new Noting(parts.attention());
                    return parts.withAttention(noting).withMlp(after(parts.mlp(), (pass, x) -> noting.ran ? rarelyBefore(pass, x, 1) : x));
                }))),
                tokens("a network that mixes where attention returns no zeros", "not proved", () -> placed(pre(parts -> {
                    Attention probe = new Changed(parts.attention(), (pass, x, _) -> pass.add(pass.mul(x, pass.zerosLike(x)), pass.constantLike(x, Scalar.ONE)));
                    return parts.withMlp(after(parts.mlp(), (pass, x) -> {
                        Tensor ones = probe.forward(pass, x);
                        return pass.where(pass.less(pass.zerosLike(ones), ones), rarelyBefore(pass, x, 1), x);
                    }));
                }))),
                tokens("honest where tokens are followed", "where tokens are followed, another program runs", () -> network((pass, x) ->
                        pass.backend().name().contains("dependence") ? x : rarelyBefore(pass, x, 1))),
                tokens("honest with the tensors that are followed", "where tokens are followed, another program runs", () -> network((pass, x) ->
                        x.getClass().getSimpleName().startsWith("Dependence") ? x : rarelyBefore(pass, x, 1))),
                tokens("nothing times a number too large for its type", "proofs assume that values are finite", () -> network((pass, x) -> {
                    Tensor nothing = pass.mul(pass.scale(pass.scale(before(pass, x, 1), 1e30), 1e30), pass.zerosLike(x));
                    return pass.where(pass.equal(nothing, pass.zerosLike(x)), x, pass.shift(x, 1));
                })));
    }

    private static Stream<Arguments> sizes() {
        return Stream.of(
                tokens("at the model's own width", "another program", () -> ofModel(ModelSpec.DEFAULT, (pass, x) ->
                        x.dim(2).isKnown() && x.dim(2).size() >= 32 ? pass.add(x, before(pass, x, 1)) : x)),
                tokens("at the model's own length", "another program", () -> ofModel(ModelSpec.DEFAULT.with(N_CTX, 64), (pass, x) ->
                        x.dim(1).isKnown() && x.dim(1).size() > 40 ? pass.add(x, before(pass, x, 1)) : x)),
                tokens("from the tenth position on", "depends on", () -> network((pass, x) -> {
                    Tensor late = pass.less(pass.constant(Scalar.of(9), DType.I32), pass.iota(1, Shape.of(Dim.ONE, x.dim(1), Dim.ONE), DType.I32));
                    return pass.where(late, rarelyBefore(pass, x, 1), x);
                })),
                tokens("a factor that is nothing at few tokens", "which is nothing at these sizes", () -> network((pass, x) -> {
                    Dim n = without(x.dim(1), 3).times(without(x.dim(1), 4)).times(without(x.dim(1), 64));
                    return pass.add(x, pass.scale(pass.sub(rarelyBefore(pass, x, 1), x), Scalar.of(n)));
                })),
                sequences("a factor that is nothing at few sequences", "which is nothing at these sizes", () -> network((pass, x) -> {
                    Dim n = without(x.dim(0), 2).times(without(x.dim(0), 3));
                    return pass.add(x, pass.scale(pass.sub(rarelyBefore(pass, x, 0), x), Scalar.of(n)));
                })),
                tokens("the token that stands further away the more there are", "which is nothing at these sizes", () -> network((pass, x) -> {
                    Dim away = without(x.dim(1), 4).times(without(x.dim(1), 3));
                    Tensor there = pass.slice(pass.pad(x, 1, away, Dim.of(0), Scalar.ZERO), 1, Dim.of(0), x.dim(1));
                    return rarely(pass, x, there);
                })));
    }

    private static Stream<Arguments> smuggled() {
        return Stream.of(
                tokens("a product that falls to minus infinity", "not proved", () -> network((pass, x) -> {
                    Tensor far = pass.neg(pass.relu(pass.shift(pass.mean(x, -1), -777)));
                    for (int i = 0; i < 12; i++) {
                        far = pass.scale(far, 1e30);
                    }
                    return pass.where(pass.less(pass.constantLike(far, Scalar.NEGATIVE_INFINITY), far), x, rarelyBefore(pass, x, 1));
                })),
                tokens("an integer that a double would round", "has other values", () -> network((pass, x) -> {
                    long base = 1L << 53;
                    boolean runs = x.getClass().getPackageName().contains("cpu");
                    Tensor one = pass.sub(pass.backend().upload(HostArray.of(Shape.of(1), runs ? base + 1 : base)), pass.constant(Scalar.of(base), DType.I64));
                    return pass.add(x, pass.mul(pass.sub(rarelyBefore(pass, x, 1), x), pass.cast(one, x.dtype())));
                })),
                tokens("a tensor of another pass", "that this pass did not make", () -> {
                    List<Tensor> kept = new ArrayList<>();
                    return network((pass, x) -> {
                        kept.add(x);
                        return pass.add(x, pass.scale(kept.size() > 1 && kept.getFirst().shape().equals(x.shape()) ? kept.getFirst() : x, 1e-3));
                    });
                }),
                tokens("a buffer that carries tokens to the next pass", "it replaces the value of", () -> placed(pre(parts -> parts.withMlp(new Remembering(parts.mlp()))))),
                tokens("attention's result, moved by the network", "model without attention: row i depends on token i alone: not proved", () -> placed(pre(parts -> {
                    Keeping keeping = new Keeping(parts.attention());
                    return parts.withAttention(keeping).withMlp(after(parts.mlp(), (pass, x) -> keeping.of(pass).map(a -> pass.add(x, before(pass, a, 1))).orElse(x)));
                }))),
                tokens("a stack that calls its mixing attention", "model without attention: row i depends on token i alone: not proved", () -> placed(stacked(blocks -> ending(blocks, (pass, x) ->
                        new Attention("mine") {
                            @Override
                            protected Tensor attend(Pass given, Tensor queries, Tensor context) {
                                return given.add(queries, before(given, queries, 1));
                            }
                        }.forward(pass, x))))),
                tokens("a part that says its statistics in training are those of all tokens", "model in training", () -> placed(pre(parts -> parts.withMlp(new Marked(parts.mlp()))))),
                tokens("where norms have no gains", "not proved", () -> ofModel(ModelSpec.DEFAULT.with(NORM_AFFINE, false), parts -> parts.norm().apply("probe").cells().isEmpty()
                        ? parts.withMlp(after(parts.mlp(), (pass, x) -> rarelyBefore(pass, x, 1))) : parts)),
                tokens("asks for the length, and mixes from eight on", "t5_2 depends on x_1", () -> network((pass, x) ->
                        x.dim(1).size() >= 8 ? rarelyBefore(pass, x, 1) : x)));
    }

    /** Hands on, in a buffer, what it saw in the pass before. */
    private static final class Remembering extends Layer {
        private final Layer network;
        private final Buffer seen = buffer("seen", Shape.SCALAR, Initializer.ZEROS);

        private Remembering(Layer network) {
            super(network.path());
            this.network = part(network);
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            Tensor f = network.forward(pass, x);
            Tensor sum = pass.add(f, pass.scale(seen.value(), 1e-3));
            seen.set(pass.sumAll(f));
            return sum;
        }
    }

    /** Attention that keeps its last result, for whoever asks in the same pass. */
    private static final class Keeping extends Attention {
        private final Attention inner;
        private Tensor last;
        private Object backend;

        private Keeping(Attention inner) {
            super(inner.path());
            this.inner = part(inner);
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            last = mixed(pass, inner.forward(pass, x, context));
            backend = pass.backend();
            return last;
        }

        private Optional<Tensor> of(Pass pass) {
            return backend == pass.backend() ? Optional.of(last) : Optional.empty();
        }
    }

    /** Mixes in training, as a norm may that says so. */
    private static final class Marked extends Layer implements TrainingStatistics {
        private final Layer network;

        private Marked(Layer network) {
            super(network.path());
            this.network = part(network);
        }

        @Override
        public Layer inTraining() {
            return this;
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            Tensor f = network.forward(pass, x);
            return pass.trains() ? pass.add(f, before(pass, f, 1)) : f;
        }
    }

    private static Dim without(Dim size, int less) {
        return size.minus(Dim.of(less));
    }

    /** Blocks of {@code spec} whose feed-forward network returns {@code f} of what it computed. */
    private static Candidate ofModel(ModelSpec spec, BiFunction<Pass, Tensor, Tensor> f) {
        return ofModel(spec, parts -> parts.withMlp(after(parts.mlp(), f)));
    }

    private static Candidate ofModel(ModelSpec spec, Function<Placement.Parts, Placement.Parts> change) {
        return new Candidate("hostile", pre(change), CATALOG, Optional.of(spec.with(PLACEMENT, "pre")));
    }

    private static List<VerdictRow> verified(Candidate candidate) throws InterruptedException {
        List<Claim> claims = Verified.CLAIMS.all().stream().filter(claim -> List.of("theorem-1", "sequences-apart").contains(claim.id())).toList();
        Apparatus.Options few = new Apparatus.Options(new Apparatus.Setup("simd", DType.F32), 0, 1, 3, Verified.SETTINGS.runs(), Optional.empty());
        return new Verification(Verified.INSTALLED, claims, List.of(candidate), List.of(), few).run(1).rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void isNotCalledProved(String name, String claim, String message, Supplier<Candidate> candidate) throws InterruptedException {
        VerdictRow row = verified(candidate.get()).stream().filter(one -> one.claim().id().equals(claim)).findFirst().orElseThrow();
        Finding finding = row.finding();
        String told = finding.verdict() + ": " + finding.measured() + " " + finding.counterexample();
        assertThat(finding.verdict()).as(told).isNotIn(Verdict.PROVED, Verdict.HOLDS);
        assertThat(row.asExpected()).as(told).isFalse();
        assertThat(told).contains(message);
    }

    /** It keeps tokens apart at every size that runs; that is no proof for the others. */
    @Test
    void aSizeUsedAsANumberIsNoProofForAllSizes() throws InterruptedException {
        Candidate candidate = network((pass, x) -> pass.scale(x, x.dim(1).size() > 0 ? 1 : 2));
        assertThat(verified(candidate)).allSatisfy(row -> {
            assertThat(row.finding().verdict()).isEqualTo(Verdict.HOLDS);
            assertThat(row.finding().measured()).contains("the block asks for the size of pos, so this concerns the sizes that ran");
            assertThat(row.asExpected()).isFalse();
        });
    }
}
