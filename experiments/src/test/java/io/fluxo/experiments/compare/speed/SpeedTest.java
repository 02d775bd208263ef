package io.fluxo.experiments.compare.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.Backends;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.bench.SizedOperation;
import io.fluxo.experiments.bench.SizedOperation.Direction;
import io.fluxo.experiments.bench.SizedOperation.Input;
import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** With backends that write down what is asked of them. Nothing is said of times. */
class SpeedTest {

    private static final Peak PEAK = new Peak(1, 1e9, 5e8, List.of(new Peak.Bandwidth(1, 1e6)));

    /** No time at all: as many runs as there have to be. */
    private static final Effort LITTLE = new Effort(0, 1e-9, 1e-9, 100, 6, 6);

    private final Map<String, BackendProvider> providers = new LinkedHashMap<>();
    private final List<String> log = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();

    /** What the fakes compute with. */
    private record Provider(Set<DType> dtypes, UnaryOperator<Backend> made) implements BackendProvider {

        @Override
        public Availability probe() {
            return new Availability.Available("here", dtypes, List.of());
        }

        @Override
        public Backend open(BackendOptions options) {
            return made.apply(new EjmlProvider().open(options));
        }
    }

    private void install(String name, DType... dtypes) {
        providers.put(name, new Provider(Set.of(dtypes), ejml -> new DelegatingBackend(name, ejml) {
            @Override
            public void close() {
                closed.add(name);
                super.close();
            }
        }));
    }

    private Speed speed(Effort effort, SpeedCase... cases) {
        return new Speed(new Backends(providers), List.of(cases), effort, _ -> PEAK);
    }

    /** Writes down who ran it. */
    private SpeedCase logged(String operation) {
        return new SpeedCase(operation, "forward", "1", 100, _ -> 50, (backend, _) -> times -> log.add(backend.name().substring(0, 1)));
    }

    private static SpeedCase adding(int elements) {
        return SpeedCase.of(new SizedOperation(new PrimitiveOp.Add(), Direction.FORWARD, Integer.toString(elements), List.of(Input.normal(elements), Input.normal(elements))));
    }

    private SpeedResult compare(Speed speed) {
        return speed.compare(List.of("a"), "b", List.of(DType.F32), 1, SpeedProgress.NONE);
    }

    @Test
    void backendsTakeTurns() {
        install("a", DType.F32);
        install("b", DType.F32);
        SpeedResult result = compare(speed(LITTLE, logged("one")));
        String all = String.join("", log);
        assertThat(all).as("two runs each in every round to warm up, and then six in turn").isEqualTo("aabb" + "aabb" + "aabb" + "abababababab");
        assertThat(result.rows()).extracting(SpeedRow::what, SpeedRow::backend).containsExactly(tuple("speed/one/forward/1", "a"),
                tuple("speed/one/forward/1", "b"));
        assertThat(result.rows()).allSatisfy(row -> assertThat(row.figures().orElseThrow().runs()).isEqualTo(6));
        assertThat(closed).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void figuresFollowFromTheMedian() {
        SpeedCase one = new SpeedCase("one", "forward", "1", 3e6, _ -> 6_000, (_, _) -> _ -> {});
        SpeedFigures figures = new Samples(List.of(9e-6, 2e-6, 3e-6, 4e-6, 1e-6, 3e-6), 5, 77).figures(one, DType.F64, new Peak(1, 1e9, 5_000, List.of(new Peak.Bandwidth(1, 8))));
        assertThat(figures.seconds()).isEqualTo(3e-6);
        assertThat(figures.interval().low()).isEqualTo(1e-6);
        assertThat(figures.interval().high()).isEqualTo(9e-6);
        assertThat(figures.gflops()).isCloseTo(1_000, within(1e-9));
        assertThat(figures.gbPerS()).isCloseTo(2, within(1e-12));
        assertThat(figures.intensity()).isEqualTo(500);
        assertThat(figures.fractionOfPeak()).as("of 500 · 8, less than 5,000").isCloseTo(0.25, within(1e-12));
        assertThat(figures.bytesAllocated()).isEqualTo(77);
    }

    @Test
    void withoutBytesThePeakAloneIsTheRoof() {
        SpeedCase one = new SpeedCase("train", "step", "1", 3e6, _ -> 0, (_, _) -> _ -> {});
        SpeedFigures figures = new Samples(List.of(3e-6), 1, 0).figures(one, DType.F32, new Peak(1, 4_000, 1, List.of(new Peak.Bandwidth(1, 8))));
        assertThat(figures.fractionOfPeak()).isCloseTo(0.25, within(1e-12));
        assertThat(figures.gbPerS()).isNaN();
        assertThat(figures.intensity()).isNaN();
    }

    @Test
    void aBackendThatLacksAnOperationHasARowThatSaysSo() {
        install("b", DType.F32);
        providers.put("a", new Provider(Set.of(DType.F32), ejml -> new DelegatingBackend("a", ejml) {
            @Override
            public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                if (op instanceof PrimitiveOp.Add) {
                    throw new UnsupportedOperationException("add is not written yet");
                }
                return super.execute(op, inputs);
            }
        }));
        SpeedResult result = compare(speed(LITTLE, adding(1), logged("next")));
        assertThat(result.rows().getFirst().outcome()).isEqualTo(new SpeedOutcome.Unsupported("add is not written yet"));
        assertThat(result.rows().getFirst().note()).isEqualTo("add is not written yet");
        assertThat(result.rows().stream().skip(1)).allSatisfy(row -> assertThat(row.figures()).isPresent());
        assertThat(result.hasFailures()).isFalse();
        assertThat(result.overheads()).extracting(Overhead::backend).containsExactly("b");
    }

    /** Two calls in each of three rounds, and then six that are timed. */
    @Test
    void aBackendThatThrowsHasARowThatSaysSoWheneverItThrows() {
        install("b", DType.F32);
        for (int good : List.of(0, 1, 3, 5, 6, 11)) {
            int[] calls = {0};
            providers.put("a", new Provider(Set.of(DType.F32), ejml -> new DelegatingBackend("a", ejml) {
                @Override
                public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                    if (calls[0]++ >= good) {
                        throw new StackOverflowError("it broke");
                    }
                    return super.execute(op, inputs);
                }
            }));
            SpeedResult result = compare(speed(LITTLE, adding(1), logged("next")));
            assertThat(result.rows().getFirst().outcome()).as("after %d operations", good).isInstanceOfSatisfying(SpeedOutcome.Failed.class, failed -> assertThat(failed.reason()).contains("it broke"));
            assertThat(result.rows().get(1).figures()).as("the other goes on").isPresent();
            assertThat(result.hasFailures()).isTrue();
        }
    }

    @Test
    void aBackendWithoutScopesHasRowsThatSaySo() {
        install("b", DType.F32);
        providers.put("a", new Provider(Set.of(DType.F32), ejml -> new DelegatingBackend("a", ejml) {
            @Override
            public TensorScope openScope() {
                throw new UnsupportedOperationException("no scopes yet");
            }
        }));
        SpeedResult result = compare(speed(LITTLE, adding(1)));
        assertThat(result.rows()).extracting(SpeedRow::note).containsExactly("no scopes yet", "");
    }

    @Test
    void whatWouldTakeTooLongIsLeftOutWithItsReason() {
        install("a", DType.F32);
        install("b", DType.F32);
        List<String> prepared = new ArrayList<>();
        SpeedCase small = new SpeedCase("one", "forward", "1", 1, _ -> 1, (_, _) -> _ -> pause());
        SpeedCase large = new SpeedCase("one", "forward", "9", 1e12, _ -> 1, (backend, _) -> {
            prepared.add(backend.name());
            return _ -> {};
        });
        SpeedCase other = new SpeedCase("other", "forward", "1", 1e12, _ -> 1, (_, _) -> _ -> {});
        SpeedResult result = compare(speed(LITTLE, small, large, other));
        assertThat(result.rows().get(2).outcome()).isInstanceOfSatisfying(SpeedOutcome.LeftOut.class, left -> assertThat(left.reason()).contains("left out for time", "at 1"));
        assertThat(prepared).as("it is not even tried").isEmpty();
        assertThat(result.rows().get(4).figures()).as("another operation begins anew").isPresent();
        SpeedResult slow = compare(speed(new Effort(0, 1e-9, 1e-9, 1e-6, 6, 6), small));
        assertThat(slow.rows()).allSatisfy(row -> assertThat(row.outcome()).isInstanceOf(SpeedOutcome.LeftOut.class));
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aTypeIsTimedWhereAComparedBackendComputesInIt() {
        install("a", DType.F32);
        install("b", DType.F32, DType.F64);
        Speed speed = speed(LITTLE, logged("one"));
        List<DType> both = List.of(DType.F32, DType.F64);
        assertThat(speed.compare(List.of("a"), "b", both, 1, SpeedProgress.NONE).rows()).extracting(SpeedRow::dtype).containsOnly(DType.F32);
        assertThat(speed.compare(List.of("b"), "b", both, 1, SpeedProgress.NONE).rows()).extracting(SpeedRow::dtype).containsExactly(DType.F32, DType.F64);
        assertThat(speed.compare(List.of("a", "b"), "b", both, 1, SpeedProgress.NONE).rows()).extracting(row -> row.backend() + row.dtype().label()).containsExactly("af32", "bf32", "bf64");
        assertThatThrownBy(() -> speed.compare(List.of("a"), "b", List.of(DType.F64), 1, SpeedProgress.NONE)).isInstanceOf(BadInput.class).hasMessageContaining("f64");
    }

    @Test
    void namesThatAreUnknownAndBackendsThatCannotRunAreRefused() {
        install("a", DType.F32);
        providers.put("gone", new BackendProvider() {
            @Override
            public Availability probe() {
                return new Availability.Unavailable("not installed");
            }

            @Override
            public Backend open(BackendOptions options) {
                throw new AssertionError("it cannot run");
            }
        });
        Speed speed = speed(LITTLE, logged("one"));
        assertThatThrownBy(() -> speed.compare(List.of("a"), "none", List.of(DType.F32), 1, SpeedProgress.NONE)).isInstanceOf(BadInput.class).hasMessageContaining("none");
        assertThatThrownBy(() -> speed.compare(List.of("gone"), "a", List.of(DType.F32), 1, SpeedProgress.NONE)).isInstanceOf(BackendUnavailable.class).hasMessageContaining("not installed");
    }

    @Test
    void aLoadOfMoreThanHalfTheCoresDisturbs() {
        assertThat(SpeedResult.of(0.4, PEAK, List.of()).isDisturbed()).isFalse();
        assertThat(SpeedResult.of(0.6, PEAK, List.of()).isDisturbed()).isTrue();
        assertThat(SpeedResult.of(Double.NaN, PEAK, List.of()).isDisturbed()).as("nobody knows").isFalse();
    }

    @Test
    void progressRisesFromNothing() {
        install("a", DType.F32);
        install("b", DType.F32);
        List<String> told = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        speed(LITTLE, logged("one"), logged("two")).compare(List.of("a"), "b", List.of(DType.F32), 1, (what, share) -> {
            told.add(what);
            shares.add(share);
        });
        assertThat(told).containsExactly("the machine's peak", "warm-up: speed/one/forward/1", "warm-up: speed/two/forward/1", "warm-up: speed/one/forward/1",
                "warm-up: speed/two/forward/1", "speed/one/forward/1", "speed/two/forward/1", "the machine's peak, again");
        assertThat(shares).isSorted().startsWith(0.0).endsWith(7 / 8.0);
    }

    @Test
    void theSmallestOperationIsTheOverhead() {
        install("a", DType.F32);
        install("b", DType.F32);
        SpeedResult result = compare(speed(LITTLE, adding(1), adding(64)));
        assertThat(result.overheads()).extracting(Overhead::backend).containsExactly("a", "b");
        SpeedFigures figures = result.rows().getFirst().figures().orElseThrow();
        assertThat(result.overheads().getFirst().nanos()).isEqualTo(figures.seconds() * 1e9);
        assertThat(result.overheads().getFirst().interval().high()).isEqualTo(figures.interval().high() * 1e9);
    }

    /** What the body allocates is a field's, so that no compiler leaves it out. */
    private byte[] kept;

    @Test
    void bytesOnTheHeapAreThoseOfACall() {
        install("a", DType.F32);
        install("b", DType.F32);
        SpeedCase large = new SpeedCase("one", "forward", "1", 1, _ -> 1, (_, _) -> times -> {
            for (int i = 0; i < times; i++) {
                kept = new byte[1 << 20];
            }
        });
        assertThat(compare(speed(LITTLE, large)).rows()).allSatisfy(row -> assertThat(row.figures().orElseThrow().bytesAllocated()).isBetween(1L << 20, 1L << 21));
    }

    /** A device may go on computing when the call has returned. */
    @Test
    void aRunEndsWhenAnElementOfTheLastResultHasCome() {
        List<String> events = new ArrayList<>();
        try (Backend ejml = new EjmlProvider().open(BackendOptions.DEFAULT)) {
            Backend watched = new DelegatingBackend("watched", ejml) {
                @Override
                public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                    events.add(op.name());
                    return super.execute(op, inputs);
                }

                @Override
                public HostArray download(Tensor tensor) {
                    HostArray values = super.download(tensor);
                    events.add("download " + values.elements());
                    return values;
                }

                @Override
                public TensorScope openScope() {
                    events.add("scope");
                    return super.openScope();
                }
            };
            try (TensorScope _ = ejml.openScope()) {
                adding(64).onBackend().on(watched, DType.F32).run(3);
                assertThat(events).containsExactly("scope", "add", "scope", "add", "scope", "add", "slice", "download 1");
            }
        }
    }
}
