package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp;
import io.fluxo.proof.DependenceBackend;
import io.fluxo.proof.SymbolicBackend;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks that are honest where a proof looks and mix tokens, or change widths, where a model runs. None of them may come out proved, nor as holding, and the
 * message names what gave it away.
 */
class HostileProgramsTest {

    private static final String ANOTHER = "another program (than|runs than)";
    private static final String FOLLOWED = "where tokens are followed, another program runs than on symbols";
    private static final String SEEN = "changed from .* when x_";
    private static final Set<Verdict> SUPPORTED = Set.of(Verdict.PROVED, Verdict.HOLDS);
    private static final AtomicInteger CALLS = new AtomicInteger();

    /** What a feed-forward network does besides what it says. */
    @FunctionalInterface
    private interface Trick {

        /**
         * @param x   what went into the network, [batch pos d_model]
         * @param f   what the network made of it
         * @param own a point of the network's own
         */
        Tensor play(Pass pass, Tensor x, Tensor f, HookPoint own);
    }

    private static final class Tricky extends Layer {
        private final Layer network;
        private final Trick trick;
        private final HookPoint own = boundary("hook_own");

        private Tricky(Layer network, Trick trick) {
            super(network.path());
            this.network = part(network);
            this.trick = trick;
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            return trick.play(pass, x, network.forward(pass, x), own);
        }
    }

    /** f, and a little of every token. */
    private static Tensor mixed(Pass pass, Tensor x, Tensor f) {
        return pass.add(f, pass.scale(pass.sum(x, 1), 1e-3));
    }

    /** f, and a little of every sequence. */
    private static Tensor acrossSequences(Pass pass, Tensor x, Tensor f) {
        return pass.add(f, pass.scale(pass.sum(x, 0), 1e-3));
    }

    private static Tensor mixedWhere(boolean condition, Pass pass, Tensor x, Tensor f) {
        return condition ? mixed(pass, x, f) : f;
    }

    private static boolean known(Tensor x, int axis) {
        return x.dim(axis).isKnown();
    }

    private static boolean attempt(Runnable what) {
        try {
            what.run();
            return true;
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static Arguments of(String name, String message, Supplier<Trick> trick) {
        return Arguments.of(name, "theorem-1", message, trick);
    }

    private static Arguments width(String name, String message, Supplier<Trick> trick) {
        return Arguments.of(name, "theorem-2.1", message, trick);
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                of("long sequences", ANOTHER, () -> (pass, x, f, _) -> mixedWhere(known(x, 1) && x.dim(1).size() >= 8, pass, x, f)),
                of("sequences of one length", SEEN, () -> (pass, x, f, _) -> mixedWhere(known(x, 1) && x.dim(1).size() == 5, pass, x, f)),
                of("known lengths", FOLLOWED, () -> (pass, x, f, _) -> mixedWhere(known(x, 1), pass, x, f)),
                of("known widths", FOLLOWED, () -> (pass, x, f, _) -> mixedWhere(known(x, 2), pass, x, f)),
                of("large batches see each other", ANOTHER, () -> (pass, x, f, _) -> known(x, 0) && x.dim(0).size() >= 3 ? acrossSequences(pass, x, f) : f),
                of("single sequences", SEEN, () -> (pass, x, f, _) -> mixedWhere(known(x, 0) && x.dim(0).size() == 1, pass, x, f)),
                of("many elements", ANOTHER, () -> (pass, x, f, _) -> mixedWhere(x.shape().isKnown() && x.shape().elements() > 100, pass, x, f)),
                of("training", "model in training: row i depends", () -> (pass, x, f, _) -> mixedWhere(pass.trains(), pass, x, f)),
                of("evaluation", SEEN, () -> (pass, x, f, _) -> mixedWhere(!pass.trains(), pass, x, f)),
                of("a backend by its name", SEEN, () -> (pass, x, f, _) -> mixedWhere(pass.backend().name().contains("simd"), pass, x, f)),
                of("any backend but those of proofs", SEEN, () -> (pass, x, f, _) -> {
                    String name = pass.backend().name();
                    return mixedWhere(!name.contains("symbolic") && !name.contains("dependence"), pass, x, f);
                }),
                of("the class of the backend", SEEN, () -> (pass, x, f, _) ->
                        mixedWhere(!(pass.backend() instanceof SymbolicBackend) && !(pass.backend() instanceof DependenceBackend), pass, x, f)),
                of("the class of the tensor", SEEN, () -> (pass, x, f, _) ->
                        mixedWhere(x.getClass().getPackageName().contains("cpu"), pass, x, f)),
                of("double precision", SEEN, () -> (pass, x, f, _) -> mixedWhere(x.dtype() == DType.F64, pass, x, f)),
                of("who has kernels", SEEN, () -> (pass, x, f, _) -> mixedWhere(!pass.engine().fuses(new FusedOp.Relu()), pass, x, f)),
                of("nobody looks", FOLLOWED, () -> (pass, x, f, own) -> mixedWhere(!pass.wants(own), pass, x, f)),
                of("there are no hooks", SEEN, () -> (pass, x, f, _) -> mixedWhere(pass.hooks() == io.fluxo.stream.Hooks.NONE, pass, x, f)),
                of("from the tenth call on", FOLLOWED, () -> {
                    AtomicInteger calls = new AtomicInteger();
                    return (pass, x, f, _) -> mixedWhere(calls.incrementAndGet() > 10, pass, x, f);
                }),
                of("every second call", SEEN, () -> {
                    AtomicInteger calls = new AtomicInteger();
                    return (pass, x, f, _) -> mixedWhere(calls.incrementAndGet() % 2 == 0, pass, x, f);
                }),
                of("a static counter", ANOTHER + "|" + FOLLOWED + "|" + SEEN, () -> (pass, x, f, _) -> mixedWhere(CALLS.incrementAndGet() % 7 == 6, pass, x, f)),
                of("the time", ANOTHER + "|" + FOLLOWED + "|" + SEEN, () -> (pass, x, f, _) -> mixedWhere(System.nanoTime() / 1000 % 3 == 0, pass, x, f)),
                of("reads back, and goes on where it may not", "back to the host", () -> (pass, x, f, _) -> {
                    double[] values = new double[1];
                    boolean read = attempt(() -> values[0] = pass.backend().download(x).toDoubles()[0]);
                    return read ? pass.shift(f, values[0]) : f;
                }),
                of("reads back, and uses nothing", "back to the host", () -> (pass, x, f, _) -> {
                    attempt(() -> pass.backend().download(x));
                    return f;
                }),
                of("asks for a size, and goes on where there is none", ANOTHER, () -> (pass, x, f, _) ->
                        mixedWhere(attempt(() -> x.dim(1).size()) && x.dim(1).size() > 6, pass, x, f)),
                of("brings what depends on how often it was asked", "upload of .1., has other values", () -> {
                    AtomicInteger calls = new AtomicInteger();
                    return (pass, x, f, _) -> pass.add(f, pass.backend().upload(HostArray.of(Shape.of(1), x.dtype(), new double[] {calls.incrementAndGet()})));
                }),
                of("a rare mean, before the network's own point", "h_1 depends on x_2", () -> (pass, x, f, _) -> {
                    Tensor mean = pass.mean(x, -1);
                    Tensor far = pass.constantLike(mean, Scalar.of(777.25));
                    Tensor off = pass.maximum(pass.sub(mean, far), pass.sub(far, mean));
                    return pass.where(pass.less(off, pass.constantLike(off, Scalar.of(0.25))), mixed(pass, x, f), f);
                }),
                of("a rare mean across sequences", "h_1 of sequence 1 depends on x_1 of sequence 2", () -> (pass, x, f, _) -> {
                    Tensor mean = pass.mean(x, -1);
                    return pass.where(pass.less(pass.constantLike(mean, Scalar.of(777)), mean), acrossSequences(pass, x, f), f);
                }),
                width("another width between, in training", "hook_mlp_out", () -> (pass, x, f, _) -> pass.trains() ? pass.concat(2, f, f) : f),
                width("a width for whoever does not look like a proof", "2·d_model ≠ d_model", () -> (pass, x, f, _) -> pass.hooks().getClass().getSimpleName().equals("StageRecorder")
                        || known(x, 2) && x.dim(2).size() <= 12 ? f : pass.concat(2, f, f)),
                width("another width for some", "8 ≠ 4", () -> (pass, x, f, _) -> known(x, 1) && x.dim(1).size() > 6 ? pass.concat(2, f, f) : f),
                width("the first 32 features at most", "32 ≠ d_model", () -> (pass, x, f, _) -> known(x, 2) && x.dim(2).size() <= 32 ? f
                        : pass.slice(f, 2, Dim.of(0), Dim.of(32))));
    }

    private static Candidate candidate(String name, Trick trick) {
        Placement placement = Placement.of(parts -> new PreNormBlock(parts.withMlp(new Tricky(parts.mlp(), trick))), true);
        return new Candidate(name, placement, Verified.INSTALLED.catalog(), Optional.empty());
    }

    private static List<VerdictRow> verified(Candidate candidate) throws InterruptedException {
        List<Claim> claims = Verified.CLAIMS.all().stream().filter(claim -> List.of("theorem-1", "theorem-2.1").contains(claim.id())).toList();
        Apparatus.Options few = new Apparatus.Options(new Apparatus.Setup("simd", DType.F32), 0, 1, 3, Verified.SETTINGS.runs(), Optional.empty());
        return new Verification(Verified.INSTALLED, claims, List.of(candidate), List.of(), few).run(1).rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void whatRunsOtherwiseThanItIsProvedIsNotCalledProved(String name, String claim, String message, Supplier<Trick> trick) throws InterruptedException {
        List<VerdictRow> rows = verified(candidate("hostile", trick.get()));
        List<String> told = new ArrayList<>();
        rows.forEach(row -> told.add(row.claim().id() + " " + row.finding().verdict() + ": " + row.finding().measured() + " " + row.finding().counterexample()));
        assertThat(rows).as(told.toString()).noneMatch(row -> row.claim().id().equals(claim) && SUPPORTED.contains(row.finding().verdict()));
        assertThat(rows).as(told.toString()).anyMatch(row -> row.claim().id().equals(claim) && !row.asExpected());
        assertThat(told).anyMatch(line -> line.startsWith(claim) && Pattern.compile(message).matcher(line).find());
    }

    /** What holds below a size is proved below that size, and says so. */
    @Test
    void aSliceThatNeedsABoundIsProvedWithinIt() throws InterruptedException {
        List<VerdictRow> rows = verified(candidate("hostile", (pass, x, f, _) -> {
            Dim off = Dim.of(64).minus(x.dim(2));
            return pass.slice(pass.pad(f, 2, off, Dim.of(0), Scalar.ZERO), 2, off, x.dim(2));
        }));
        assertThat(rows).anySatisfy(row -> assertThat(row.finding().measured()).contains("proved for", "d_model ≤ 64"));
    }
}
