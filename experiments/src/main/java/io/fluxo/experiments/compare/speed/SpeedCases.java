package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.bench.SizedOperation;
import io.fluxo.experiments.bench.SizedOperation.Direction;
import io.fluxo.experiments.bench.SizedOperation.Input;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is timed: the operations that a transformer's time goes to, and training steps; the sizes of each from small to large. */
final class SpeedCases {

    private static final int[][] PRODUCTS = {{32, 32, 32}, {64, 64, 64}, {128, 128, 128}, {129, 257, 65}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}};

    /** The first is one element: what an operation costs besides its arithmetic. The last leaves the caches. */
    private static final int[] ELEMENTS = {1, 1 << 10, 1 << 15, 1 << 20, 1 << 22};
    private static final int[][] ROWS = {{8, 32}, {128, 128}, {512, 768}, {512, 3072}};

    /** Rows, what goes in, what comes out. */
    private static final int[][] LINEAR = {{16, 32, 32}, {128, 32, 128}, {768, 128, 512}, {512, 768, 768}};

    /** Sequences, positions, heads, width of a head. */
    private static final int[][] HEADS = {{4, 32, 1, 32}, {12, 64, 4, 32}, {8, 256, 4, 32}, {1, 512, 12, 64}};

    /** Rows, classes. */
    private static final int[][] LOGITS = {{128, 65}, {768, 65}, {512, 1024}, {512, 8192}};

    private final List<SpeedCase> cases = new ArrayList<>();

    private SpeedCases() {}

    static List<SpeedCase> all(Catalog catalog) {
        SpeedCases all = new SpeedCases();
        all.operations();
        Stream.of(training(2, 32, 1, 4, 32), training(6, 32, 1, 4, 32), training(4, 128, 4, 12, 64)).forEach(spec -> all.cases.add(SpeedCase.training(spec, catalog)));
        return List.copyOf(all.cases);
    }

    private void operations() {
        for (int elements : ELEMENTS) {
            forward(new PrimitiveOp.Add(), Text.format("%d", elements), Input.normal(elements), Input.normal(elements));
        }
        for (int elements : ELEMENTS) {
            forward(new PrimitiveOp.Exp(), Text.format("%d", elements), Input.normal(elements));
        }
        for (int elements : ELEMENTS) {
            forward(new PrimitiveOp.Sum(List.of(0), false), Text.format("%d", elements), Input.normal(elements));
        }
        for (int[] size : PRODUCTS) {
            cases.add(SpeedCase.of(SizedOperation.product(size[0], size[1], size[2])));
        }
        for (Direction direction : Direction.values()) {
            for (int[] s : LINEAR) {
                add(new FusedOp.Linear(true), direction, Text.format("%dx%dx%d", s[0], s[1], s[2]), Input.normal(s[0], s[1]), Input.normal(s[1], s[2]), Input.normal(s[2]));
            }
        }
        for (Direction direction : Direction.values()) {
            rows(new FusedOp.Softmax(), direction, 0);
        }
        for (Direction direction : Direction.values()) {
            rows(new FusedOp.LayerNorm(1e-5, true), direction, 2);
        }
        for (Direction direction : Direction.values()) {
            rows(new FusedOp.RmsNorm(1e-5, true), direction, 1);
        }
        for (Direction direction : Direction.values()) {
            rows(new FusedOp.Gelu(true), direction, 0);
        }
        for (Direction direction : Direction.values()) {
            for (int[] s : HEADS) {
                Input angles = Input.normal(s[1], s[3] / 2);
                add(new FusedOp.Rotate(FusedOp.Pairs.HALVES), direction, heads(s), Input.normal(s), angles, angles);
            }
        }
        for (Direction direction : Direction.values()) {
            for (int[] s : HEADS) {
                Input each = Input.normal(s);
                add(new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.reciprocalSqrt(Dim.of(s[3])), false), direction, heads(s), each, each, each);
            }
        }
        for (Direction direction : Direction.values()) {
            for (int[] s : LOGITS) {
                add(new FusedOp.CrossEntropy(), direction, Text.format("%dx%d", s[0], s[1]), Input.normal(s), Input.indices(s[1], s[0]));
            }
        }
    }

    private void forward(Op op, String size, Input... inputs) {
        add(op, Direction.FORWARD, size, inputs);
    }

    /** @param parameters vectors as wide as the rows */
    private void rows(Op op, Direction direction, int parameters) {
        for (int[] size : ROWS) {
            add(op, direction, Text.format("%dx%d", size[0], size[1]), Stream.concat(Stream.of(Input.normal(size)), Stream.generate(() -> Input.normal(size[1])).limit(parameters)).toArray(Input[]::new));
        }
    }

    private static String heads(int[] s) {
        return Text.format("%dx%dx%dx%d", s[0], s[1], s[2], s[3]);
    }

    private void add(Op op, Direction direction, String size, Input... inputs) {
        cases.add(SpeedCase.of(new SizedOperation(op, direction, size, List.of(inputs))));
    }

    private static BenchCase training(int layers, int model, int heads, int batch, int tokens) {
        return BenchCase.training(layers, model, heads, 4 * model, 65, batch, tokens);
    }
}
