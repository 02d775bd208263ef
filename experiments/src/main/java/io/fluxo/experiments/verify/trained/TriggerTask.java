package io.fluxo.experiments.verify.trained;

import static io.fluxo.experiments.verify.trained.TriggerTask.Batch.CONTENT;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.ScoreRule;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * The trigger task: at a trigger the mean of all tokens so far is to be returned, elsewhere 0. One head of attention learns it, without a residual connection, so that a head that has nothing to say has to say nothing. The sequence may begin
 * with a token of no content (BOS), to which attention can go.
 */
final class TriggerTask {

    private static final int TOKENS = 16;
    private static final int ROWS = 64;
    private static final int STEPS = 1500;
    private static final int WIDTH = CONTENT + 3;                               // content, is BOS, is a trigger, is plain
    private static final double TRIGGERS = 0.25;
    private static final double RATE = 1e-2;

    private TriggerTask() {}

    /**
     * Inputs and targets.
     *
     * @param x       [rows tokens width]
     * @param y       [rows tokens content]
     * @param plain   which tokens are neither BOS nor a trigger, row by row
     */
    record Batch(double[] x, double[] y, boolean[] plain, int tokens) {

        static final int CONTENT = 16;

        static Batch drawn(RandomKey key, boolean bos) {
            int first = bos ? 1 : 0;
            int tokens = TOKENS + first;
            double[] x = new double[ROWS * tokens * WIDTH];
            double[] y = new double[ROWS * tokens * CONTENT];
            boolean[] plain = new boolean[ROWS * tokens];
            RandomKey contents = key.split("content");
            RandomKey triggers = key.split("trigger");
            for (int row = 0; row < ROWS; row++) {
                double[] sum = new double[CONTENT];
                if (bos) {
                    x[row * tokens * WIDTH + CONTENT] = 1;
                }
                for (int i = 0; i < TOKENS; i++) {
                    int at = row * tokens + i + first;
                    boolean trigger = triggers.uniform((long) row * TOKENS + i) < TRIGGERS;
                    x[at * WIDTH + CONTENT + (trigger ? 1 : 2)] = 1;
                    plain[at] = !trigger;
                    for (int c = 0; c < CONTENT; c++) {
                        double value = contents.normal(((long) row * TOKENS + i) * CONTENT + c);
                        x[at * WIDTH + c] = value;
                        sum[c] += value;
                        y[at * CONTENT + c] = trigger ? sum[c] / (i + 1) : 0;
                    }
                }
            }
            return new Batch(x, y, plain, tokens);
        }

        Tensor inputs(Backend backend) {
            return backend.upload(HostArray.of(Shape.of(ROWS, tokens, WIDTH), DType.F32, x));
        }

        Tensor targets(Backend backend) {
            return backend.upload(HostArray.of(Shape.of(ROWS, tokens, CONTENT), DType.F32, y));
        }
    }

    /**
     * What a trained head does on new sequences.
     *
     * @param error squared error over the targets' power
     * @param bos   mean weight of plain tokens on the first token
     */
    record Learned(double error, double bos) {}

    /** Trains one head of {@code kind} with Adam at 1e-2 falling to 0 along a cosine. */
    static Learned train(Apparatus apparatus, AttentionKind kind, int seed, boolean bos, DoubleConsumer done) {
        Backend backend = apparatus.backend(new Apparatus.Setup("simd", DType.F32));
        RandomKey key = RandomKey.of(seed).split("trigger");
        try (TensorScope _ = backend.openScope()) {
            Attention attention = attention(kind);
            List<Parameter> parameters = attention.parameters();
            List<Tensor[]> moments = new ArrayList<>();
            for (Parameter parameter : parameters) {
                double[] drawn = parameter.initializer().sample(parameter.shape(), key.split(parameter.name()));
                parameter.set(backend.upload(HostArray.of(parameter.shape(), DType.F32, drawn)));
                double[] zeros = new double[drawn.length];
                moments.add(new Tensor[] {backend.upload(HostArray.of(parameter.shape(), DType.F32, zeros)), backend.upload(HostArray.of(parameter.shape(), DType.F32, zeros))});
            }
            for (int t = 1; t <= STEPS; t++) {
                step(backend, attention, parameters, moments, Batch.drawn(key.split("batch").split(t), bos), t);
                done.accept((double) t / STEPS);
            }
            return examined(backend, attention, Batch.drawn(RandomKey.of(99).split("trigger"), bos));
        }
    }

    private static Attention attention(AttentionKind kind) {
        Dim width = Dim.of("d_model", WIDTH);
        Initializer draws = Initializer.normal(1 / Math.sqrt(WIDTH));
        var design = new MultiHeadAttention.Design(Mask.CAUSAL, false, false, draws, draws, draws, ScorePositions.NONE, Optional.empty(), ScoreRule.CHAPTER, Optional.empty(), 0, 0);
        return kind.attention("attn", new MultiHeadAttention.Dims(width, Dim.of("head", 1), width, width), design);
    }

    private static void step(Backend backend, Attention attention, List<Parameter> parameters, List<Tensor[]> moments, Batch batch, int t) {
        double rate = RATE * 0.5 * (1 + Math.cos(Math.PI * (t - 1) / STEPS)) + 1e-5;
        try (TensorScope scope = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            List<Tensor> watched = parameters.stream().map(parameter -> tape.watch(parameter.value())).toList();
            Pass pass = Pass.evaluation(tape);
            Tensor off = pass.sub(content(pass, attention.forward(pass, batch.inputs(backend))), batch.targets(backend));
            Tensor loss = pass.scale(pass.meanAll(pass.mul(off, off)), CONTENT);
            Tensor[] gradients = tape.gradients(loss, watched);
            Tensor rates = backend.upload(HostArray.of(Shape.of(3), DType.F32, new double[] {rate, 1 - Math.pow(0.9, t), 1 - Math.pow(0.999, t)}));
            UpdateOp adam = new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0, false);
            for (int i = 0; i < gradients.length; i++) {
                Tensor[] next = backend.update(adam, parameters.get(i).value(), moments.get(i)[0], moments.get(i)[1], gradients[i], rates);
                parameters.get(i).set(scope.keep(next[0]));
                moments.set(i, new Tensor[] {scope.keep(next[1]), scope.keep(next[2])});
            }
        }
    }

    /** The first 16 features of what attention returns: its answer. */
    private static Tensor content(Pass pass, Tensor output) {
        return pass.slice(output, 2, Dim.of(0), Dim.of(CONTENT));
    }

    private static Learned examined(Backend backend, Attention attention, Batch batch) {
        try (TensorScope _ = backend.openScope()) {
            Cache cache = Cache.of("attn.hook_pattern");
            Pass pass = Pass.evaluation(backend).with(cache);
            double[] answer = backend.download(content(pass, attention.forward(pass, batch.inputs(backend)))).toDoubles();
            double[] pattern = backend.download(cache.values().get("attn.hook_pattern")).toDoubles();
            double off = IntStream.range(0, answer.length).mapToDouble(i -> (answer[i] - batch.y[i]) * (answer[i] - batch.y[i])).sum();
            double bos = IntStream.range(0, batch.plain.length).filter(i -> batch.plain[i]).mapToDouble(i -> pattern[i * batch.tokens]).average().orElseThrow();
            return new Learned(off / Arrays.stream(batch.y).map(value -> value * value).sum(), bos);
        }
    }
}
