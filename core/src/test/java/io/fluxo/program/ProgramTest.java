package io.fluxo.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.PrimitiveOp.SplitAxis;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long values are needed, and what no rule may change. */
class ProgramTest {

    private final Writing on = new Writing();

    @Test
    void aPlaceIsFreeAfterItsLastUse() {
        Tensor x = Writing.given(4, 16);
        Tensor a = on.exp(x);                                                               // 1
        Tensor b = on.exp(a);                                                               // 2
        on.exp(b);                                                                          // 3: nobody reads it
        Tensor view = on.compute(new SplitAxis(0, Dim.of(2), Dim.of(2)), a);                // 4 at 1
        Tensor c = on.exp(view);                                                            // 5
        Program program = on.program(c);
        assertThat(program.lastUses().stream().map(free -> free.stream().map(Value::place).toList()))
                .containsExactly(List.of(), List.of(), List.of(2, 3), List.of(), List.of(1));
        assertThat(program.isDeadAfter(1, program.instructions().get(0).outputs().getFirst())).as("a, read through its view").isFalse();
        assertThat(program.isDeadAfter(2, program.instructions().get(1).outputs().getFirst())).as("b, which others follow that read something else").isTrue();
        assertThat(program.isDeadAfter(4, program.instructions().get(0).outputs().getFirst())).isTrue();
        assertThat(program.isDeadAfter(4, program.result())).isFalse();
        assertThat(program.isDeadAfter(4, program.outside().getFirst())).isFalse();
    }

    @Test
    void whatAnUpdateLeavesIsNeededAsLongAsItsPlace() {
        Tensor sum = on.exp(Writing.given(3));
        Tensor grown = on.accumulate(sum, Writing.given(3)).getFirst();
        on.exp(grown);
        assertThat(on.program(Writing.given(1)).lastUses().stream().map(List::size)).containsExactly(0, 0, 2);
    }

    static Stream<Program> programs() {
        return Stream.iterate(0, seed -> seed + 1).limit(200).map(seed -> random(RandomKey.of(seed)));
    }

    /** Thirty operations, most of which go on with what was made last. */
    private static Program random(RandomKey key) {
        Writing on = new Writing();
        Tensor w = Writing.given(16, 16);
        List<Tensor> made = new ArrayList<>(List.of(Writing.given(4, 16), Writing.given(4, 16)));
        for (int i = 0; i < 30; i++) {
            Tensor last = made.getLast();
            Tensor other = made.get(key.below(made.size(), 3 * i));
            Tensor a = key.below(3, 3 * i + 1) == 0 ? other : last;
            made.add(switch (key.below(7, 3 * i + 2)) {
                case 0, 1 -> on.linear(a, w);
                case 2 -> on.relu(a);
                case 3 -> on.norm(a);
                case 4 -> on.linearBackward(a, other, w).getFirst();
                case 5 -> on.reluBackward(a, other);
                default -> on.add(a, other);
            });
        }
        return on.program(made.getLast());
    }

    @ParameterizedTest
    @MethodSource("programs")
    void rulesKeepEveryOperationInItsOrder(Program program) {
        Program joined = program.by(rules());
        assertThat(joined.instructions().stream().flatMap(one -> one.parts().stream())).containsExactlyElementsOf(program.instructions());
    }

    @Test
    void rulesJoinInManyPrograms() {
        List<Action> actions = programs().flatMap(program -> program.by(rules()).instructions().stream()).map(Instruction::action).toList();
        assertThat(actions.stream().filter(Action.Chain.class::isInstance)).hasSizeGreaterThan(500);
        assertThat(actions.stream().filter(Action.SideBySide.class::isInstance)).hasSizeGreaterThan(50);
    }

    /** A chain's links run row by row, products side by side in any order: neither may read what is not there yet. */
    @ParameterizedTest
    @MethodSource("programs")
    void whatIsJoinedReadsNothingThatMayNotBeThere(Program program) {
        for (Instruction instruction : program.by(rules()).instructions()) {
            switch (instruction.action()) {
                case Action.Chain(List<Instruction> links) -> requireFollowing(links);
                case Action.SideBySide(List<Instruction> parts) -> {
                    parts.forEach(part -> assertThat(parts).noneMatch(other -> part != other && part.inputs().stream().anyMatch(other::makes)));
                    parts.stream().map(Instruction::parts).forEach(ProgramTest::requireFollowing);
                }
                case Action.Compute _, Action.Forward _, Action.Backward _, Action.Update _ -> { }
            }
        }
    }

    private static void requireFollowing(List<Instruction> links) {
        for (int i = 1; i < links.size(); i++) {
            List<Instruction> before = links.subList(0, i);
            List<Value> within = links.get(i).inputs().stream().distinct()
                    .filter(input -> before.stream().anyMatch(link -> link.makes(input))).toList();
            assertThat(within).as("%s", links).containsExactly(links.get(i - 1).outputs().getFirst());
        }
    }

    private static List<Rule> rules() {
        return List.of(new LeaveOutViews(), new FollowOnRows(new Reach() {
            @Override
            public boolean followsOn(int columns) {
                return true;
            }

            @Override
            public boolean finishesWholeRows(Instruction product) {
                return true;
            }
        }), new PutSideBySide());
    }
}
