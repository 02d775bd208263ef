package io.fluxo.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.Ops;
import io.fluxo.proof.Element.Known;
import io.fluxo.proof.RandomProgram.Operation;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Dependence against numbers: what a token is proved not to reach does not change with it, and what is known has that value. */
class DependenceSoundnessTest {

    private static final int PROGRAMS = 700;
    private static final int LENGTH = 12;

    /** How often each operation was judged where some of its result was proved not to change. */
    private final Map<Operation, Integer> judged = new EnumMap<>(Operation.class);

    @Test
    void nothingChangesThatIsProvedNotTo() {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            RandomKey key = RandomKey.of(seed);
            RandomProgram program = RandomProgram.of(key.split("program"), LENGTH);
            for (int token = 0; token < RandomProgram.POS; token++) {
                judge(program, key, token);
            }
        }
        for (Operation operation : Operation.values()) {
            assertThat(judged.getOrDefault(operation, 0)).as("%s judged, of %s", operation, judged).isGreaterThan(10);
        }
    }

    private void judge(RandomProgram program, RandomKey key, int token) {
        double[] before = RandomProgram.inputs(key.split("x"), RandomProgram.SHAPE.elements());
        double[] after = before.clone();
        double[] row = RandomProgram.inputs(key.split("change").split(token), RandomProgram.WIDTH);
        System.arraycopy(row, 0, after, token * RandomProgram.WIDTH, RandomProgram.WIDTH);
        try (Backend numbers = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1))) {
            DependenceBackend dependence = new DependenceBackend();
            Shape square = Shape.of(RandomProgram.WIDTH, RandomProgram.WIDTH);
            double[] weight = RandomProgram.inputs(key.split("w"), square.elements());
            Ops proved = new Ops(dependence);
            var proof = new RandomProgram.Run(proved, proved.cast(dependence.stream(RandomProgram.SHAPE), DType.F64), dependence.weight(square, DType.F64));
            Tensor w = numbers.upload(HostArray.of(square, weight));
            var first = new RandomProgram.Run(new Ops(numbers), numbers.upload(HostArray.of(RandomProgram.SHAPE, before)), w);
            var second = new RandomProgram.Run(new Ops(numbers), numbers.upload(HostArray.of(RandomProgram.SHAPE, after)), w);
            for (var instruction : program.instructions()) {
                DependenceTensor claim;
                try {
                    claim = (DependenceTensor) proof.step(instruction);
                } catch (IllegalStateException refused) {                               // a division by a known 0: nothing is claimed
                    assertThat(refused).hasMessageContaining("division by 0");
                    return;
                }
                double[] one = numbers.download(first.step(instruction)).toDoubles();
                double[] other = numbers.download(second.step(instruction)).toDoubles();
                boolean spared = false;
                for (int i = 0; i < one.length; i++) {
                    Element element = claim.at(i);
                    if (!withinAssumption(element, one[i]) || !withinAssumption(element, other[i])) {
                        return;
                    }
                    String where = "%s of %s, element %d is %s, token %d made %s of %s".formatted(instruction, program, i, element, token, other[i], one[i]);
                    if (element instanceof Known(double number) && !(same(number, one[i]) && same(number, other[i]))
                            || !element.sources().contains(token) && !same(one[i], other[i])) {
                        throw new AssertionError(where);
                    }
                    spared |= !element.sources().contains(token);
                }
                if (spared) {
                    judged.merge(instruction.operation(), 1, Integer::sum);
                }
            }
        }
    }

    /** Nothing is NaN that is not known to be, and unknown values are not +∞: what is stated with every proof. */
    private static boolean withinAssumption(Element element, double value) {
        return switch (element) {
            case Known(double number) -> !Double.isNaN(value) || Double.isNaN(number);
            case Element.Unknown _ -> Double.isFinite(value) || value == Double.NEGATIVE_INFINITY;
        };
    }

    private static boolean same(double a, double b) {
        return a == b || Double.isNaN(a) && Double.isNaN(b);
    }
}
