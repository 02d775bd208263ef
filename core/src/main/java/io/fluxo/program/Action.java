package io.fluxo.program;

import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an instruction does with its inputs. The first five are what a backend is asked for; {@link Rule}s make the last two out of these. */
public sealed interface Action {

    /** The name in messages and profiles. */
    String name();

    /** A primitive operation on its inputs, with one output. */
    record Compute(PrimitiveOp op) implements Action {
        @Override
        public String name() {
            return op.name();
        }

        /** Whether the output is the input under another shape. */
        public boolean isView() {
            return op instanceof PrimitiveOp.SplitAxis || op instanceof PrimitiveOp.MergeAxes || op instanceof PrimitiveOp.StopGradient;
        }
    }

    /** A fused operation on its inputs. The outputs are its result, what the backward pass needs, and the values inside it that are {@code shown}. */
    record Forward(FusedOp op, List<FusedOp.Inside> shown) implements Action {

        public Forward {
            shown = List.copyOf(shown);
        }

        /** One that shows nothing. */
        public Forward(FusedOp op) {
            this(op, List.of());
        }

        @Override
        public String name() {
            return op.name();
        }
    }

    /**
     * The backward pass of a fused operation. Inputs, see {@link #order}: the gradient of its result; its {@code arity} arguments; what the
     * forward pass saved; its result, where {@code readsResult}; and, where {@code onto}, the sum that the first argument's gradient is added
     * to, in its place. Outputs: the gradients of as many leading arguments as have one.
     */
    record Backward(FusedOp op, int arity, boolean readsResult, boolean onto) implements Action {

        /** The inputs of one: {@code result} and {@code sum} are null where they are not read. */
        public static <T> List<T> order(T gradient, List<T> arguments, List<T> saved, T result, T sum) {
            return Stream.of(Stream.of(gradient), arguments.stream(), saved.stream(), Stream.ofNullable(result), Stream.ofNullable(sum))
                    .flatMap(some -> some).toList();
        }

        public <T> List<T> arguments(List<T> inputs) {
            return inputs.subList(1, 1 + arity);
        }

        public <T> List<T> saved(List<T> inputs) {
            return inputs.subList(1 + arity, inputs.size() - (readsResult ? 1 : 0) - (onto ? 1 : 0));
        }

        /** The result of the forward pass, or null where it is not read. */
        public <T> T result(List<T> inputs) {
            return readsResult ? inputs.get(inputs.size() - (onto ? 2 : 1)) : null;
        }

        @Override
        public String name() {
            return op.name() + ".backward";
        }
    }

    /** The same update of several states: the inputs of each, one after the other, and the outputs alike, each in the place of what it replaces. */
    record Update(UpdateOp op, int states) implements Action {
        @Override
        public String name() {
            return op.name();
        }
    }

    /**
     * Instructions that one kernel carries out: a product or a sum, and what follows on its rows as soon as they are finished ({@link FollowOnRows}), or operations on
     * each element by itself ({@link JoinElementwise}). Each link after the first reads what a link before it has made.
     */
    record Chain(List<Instruction> links) implements Action {
        public Chain {
            links = List.copyOf(links);
        }

        @Override
        public String name() {
            return names(links, " + ");
        }
    }

    /** Products, or chains that begin with one, of which none needs another: they may run at the same time. */
    record SideBySide(List<Instruction> parts) implements Action {
        public SideBySide {
            parts = List.copyOf(parts);
        }

        @Override
        public String name() {
            return names(parts, ", ");
        }
    }

    private static String names(List<Instruction> instructions, String between) {
        return instructions.stream().map(one -> one.action().name()).collect(Collectors.joining(between));
    }
}
