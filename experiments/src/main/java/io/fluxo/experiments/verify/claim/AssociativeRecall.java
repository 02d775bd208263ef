package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.proof.Dependence;
import io.fluxo.proof.TokenClaim;
import io.fluxo.proof.TokenFlow;
import io.fluxo.proof.TokenProof;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Theorem 2, by construction: D tokens each carry a key and a value, then come the D keys in another order without their values. One block
 * whose single head is weighted by hand (values carried, keys matched, a has-value feature in the key) answers all of them. A model without
 * attention cannot, and neither can an n-gram model of any order k: what decides the answer does not reach it.
 */
final class AssociativeRecall extends Claim {

    AssociativeRecall() {
        super(Statement.of("theorem-2", "Contextual modulation lets a transformer hold dependencies that n-gram models, or a model without attention, cannot")
                .said(Citation.chapter("A capacidade de modulação contextual introduzida pela autoatenção é uma propriedade fundamental do *transformer*, que lhe "
                        + "permite modelar dependências complexas entre *tokens* e aprender representações sensíveis ao contexto.",
                        "A combinação da autoatenção com as conexões residuais e o *residual stream* garante que o *transformer* consiga modelar "
                        + "dependências complexas entre *tokens*, superando as limitações de modelos como os *RNNs* e os modelos *n-gram* que têm "
                        + "dificuldades em capturar dependências de longo alcance."))
                .group("chapter")
                .about(Scope.EVERY, Topic.ATTENTION, Topic.ONLY_WAY)
                .over("associative recall of D = 4, 32, 64 pairs, 64 keys, 64 values", "there are weights; for all weights without attention")
                .expected(Verdict.PROVED)
                .by("hand-weighted head", "dependence")
                .refutes("mutant-token-mixing-ffn", "mutant-sequence-mixing-ffn", "mutant-batch-norm-over-tokens", "mutant-neighbour-norm",
                        "mutant-no-output-projection", "mutant-dropped-residual", "mutant-uniform-attention", "mutant-shared-key-value"));
    }

    private static final int KEYS = 64;
    private static final int VALUES = 64;
    private static final int HAS_VALUE = KEYS + VALUES;
    private static final int ONE = HAS_VALUE + 1;
    private static final int WIDTH = ONE + 1;
    private static final int HEAD = KEYS + 1;
    private static final List<Integer> LOADS = List.of(4, 32, 64);

    /** Large enough that after the division by √d_head every wrong token's weight is below e^−60. */
    private static final double SHARPNESS = 600;

    private static final String THEORY = "every query answered at D = 4, 32, 64; without attention, or from the last k tokens, the answer is not reached";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<String> derivation = new ArrayList<>();
        if (!candidate.masks(ModelSpec.MaskKind.CAUSAL)) {
            return Finding.skipped("the construction is for a causal mask");
        }
        double least = Double.POSITIVE_INFINITY;
        for (int load : LOADS) {
            RecallScore recall;
            try {
                recall = solve(candidate, apparatus, load);
            } catch (ShapeMismatchException mismatch) {
                return Finding.refuted(THEORY, "the hand-weighted block does not run",
                        Text.format("d_model %d, n_heads·d_v = %d: %s", WIDTH, HEAD, mismatch.getMessage()));
            }
            if (recall.wrong().isPresent()) {
                return Finding.refuted(THEORY, Text.format("%d of %d answered at D = %d", recall.right(), recall.asked(), load), recall.wrong().get());
            }
            derivation.add(Text.format("D = %d: %d of %d queries answered, the right logit above the next by at least %s", load, recall.right(),
                    recall.asked(), Digits.text(recall.margin())));
            least = Math.min(least, recall.margin());
        }
        Optional<String> reached = withoutAttention(candidate, derivation).or(() -> ofWindows(derivation));
        if (reached.isPresent()) {
            return Finding.refuted(THEORY, "the answer may be reached without attention", "without attention a token still receives others, at N = 8: "
                    + reached.get()).derived(derivation);
        }
        return Finding.proved(THEORY, Text.format("D = 4, 32, 64 exactly, on %s; absent without attention and in every window, by dependence", apparatus.options().chosen()))
                .witnessed(Text.format("one block, d_model %d, one head, %d keys, %d values, weights by hand; least margin %s", WIDTH, KEYS, VALUES,
                        Digits.text(least)))
                .derived(derivation);
    }

    /** @param wrong the first query that was answered wrongly */
    private record RecallScore(int right, int asked, double margin, Optional<String> wrong) {}

    private static RecallScore solve(Candidate candidate, Apparatus apparatus, int load) {
        Backend backend = apparatus.backend();
        RandomKey random = RandomKey.of(apparatus.seed()).split("recall").split(load);
        int[] keys = permutation(KEYS, random.split("keys"));
        int[] order = permutation(load, random.split("order"));
        int[] values = new int[load];
        double[] xs = new double[2 * load * WIDTH];
        for (int n = 0; n < load; n++) {
            values[n] = random.split("values").below(VALUES, n);
            xs[n * WIDTH + keys[n]] = 1;
            xs[n * WIDTH + KEYS + values[n]] = 1;
            xs[n * WIDTH + HAS_VALUE] = 1;
            xs[n * WIDTH + ONE] = 1;
            xs[(load + n) * WIDTH + keys[order[n]]] = 1;
            xs[(load + n) * WIDTH + ONE] = 1;
        }
        double[] logits;
        try (TensorScope _ = backend.openScope()) {
            Transformer model = ModelBuilder.transformer(spec(candidate), candidate.models());
            model.fill(parameter -> backend.upload(HostArray.of(parameter.shape(), apparatus.dtype(), byHand(parameter))));
            Pass pass = Pass.evaluation(backend);
            Shape shape = Shape.of(Dim.of("batch", 1), Dim.of("pos", 2L * load), Dim.of("d_model", WIDTH));
            var stream = model.stream(pass, backend.upload(HostArray.of(shape, apparatus.dtype(), xs)));
            logits = backend.download(model.unembed(pass, stream)).toDoubles();
        }
        int right = 0;
        double margin = Double.POSITIVE_INFINITY;
        Optional<String> wrong = Optional.empty();
        for (int n = 0; n < load; n++) {
            int answer = values[order[n]];
            double best = Double.NEGATIVE_INFINITY;
            int given = -1;
            for (int v = 0; v < VALUES; v++) {
                double logit = logits[(load + n) * VALUES + v];
                if (v != answer && logit > best) {
                    best = logit;
                    given = v;
                }
            }
            double lead = logits[(load + n) * VALUES + answer] - best;
            if (lead > 0) {
                right++;
                margin = Math.min(margin, lead);
            } else if (wrong.isEmpty()) {
                wrong = Optional.of(Text.format("D = %d, query %d: key %d was given with value %d, the block answers %d", load, n + 1, keys[order[n]],
                        answer, given));
            }
        }
        return new RecallScore(right, load, margin, wrong);
    }

    private static ModelSpec spec(Candidate candidate) {
        return Candidate.betweenPlainEnds(candidate.small(1)).with(D_MODEL, WIDTH).with(N_HEADS, 1).with(D_HEAD, HEAD).with(D_MLP, 1).with(N_CTX, 2 * KEYS).with(D_VOCAB, VALUES).with(NORM_AFFINE, false)
                .with(N_KEY_VALUE_HEADS, 0).with(MASK, ModelSpec.MaskKind.CAUSAL).with(FFN, true).with(BIAS, false).with(POSITIONS, "none");
    }

    /** Keys are compared with keys, tokens that carry a value are preferred, values are carried; the feed-forward network adds nothing. */
    private static double[] byHand(Cell parameter) {
        int rows = parameter.shape().size(0);
        int columns = parameter.shape().rank() > 1 ? parameter.shape().size(1) : 1;
        double[] w = new double[rows * columns];
        String name = parameter.name().substring(parameter.name().lastIndexOf('.') + 1);
        switch (name) {
            case "W_Q" -> {
                diagonal(w, columns, 0, 0, KEYS, SHARPNESS);
                w[ONE * columns + KEYS] = 2 * SHARPNESS;
            }
            case "W_K" -> {
                diagonal(w, columns, 0, 0, KEYS, 1);
                w[HAS_VALUE * columns + KEYS] = 1;
            }
            case "W_V" -> diagonal(w, columns, KEYS, 0, VALUES, 1);
            case "W_O" -> diagonal(w, columns, 0, KEYS, VALUES, 1);
            case "W_U" -> diagonal(w, columns, KEYS, 0, VALUES, 1);
            case "alpha" -> Arrays.fill(w, 1);                                          // the gain of a branch
            default -> {
                return constant(parameter).orElse(w);
            }
        }
        return w;
    }

    /** What begins as a constant keeps it: gains of heads, weights between streams. What is drawn is nothing: empty. */
    private static Optional<double[]> constant(Cell parameter) {
        double[] first = parameter.initializer().sample(parameter.shape(), RandomKey.of(1));
        return Optional.of(first).filter(values -> Arrays.equals(values, parameter.initializer().sample(parameter.shape(), RandomKey.of(2))));
    }

    private static void diagonal(double[] w, int columns, int row, int column, int count, double value) {
        for (int n = 0; n < count; n++) {
            w[(row + n) * columns + column + n] = value;
        }
    }

    private static int[] permutation(int size, RandomKey key) {
        int[] order = new int[size];
        for (int n = 0; n < size; n++) {
            int with = key.below(n + 1, n);
            order[n] = order[with];
            order[with] = n;
        }
        return order;
    }

    /** Two lists that differ in one value need different answers to the same query; without attention the query's logits are the same. */
    private static Optional<String> withoutAttention(Candidate candidate, List<String> derivation) {
        TokenProof proof = TokenFlow.withoutAttention(candidate.small(1), candidate.models(), 8, path -> true)
                .prove(TokenClaim.TOKEN_DIAGONAL);
        derivation.add("without attention: " + proof.sentence());
        derivation.add("so (k1, v1) … k1 and (k1, v2) … k1, whose answers differ, have the same logits at k1: at most one is answered");
        return proof.failure();
    }

    /** With D = 4 the first key, asked last, stands 7 tokens after its value: outside every window of k ≤ 7; a longer list serves a longer window. */
    private static Optional<String> ofWindows(List<String> derivation) {
        int tokens = 8;
        for (int k = 1; k < tokens; k++) {
            Dependence reach = TokenFlow.of(new NeuralNGram(k, 3), Dim.of(3), tokens).output();
            for (int row = 0; row < tokens; row++) {
                for (int token = 0; token < tokens; token++) {
                    boolean within = token <= row && token > row - k;
                    if (reach.reaches(token, row) && !within) {
                        return Optional.of(Text.format("an n-gram model of order %d: row %d depends on token %d", k, row + 1, token + 1));
                    }
                }
            }
        }
        derivation.add("n-gram models of order k = 1 … 7: row i ← {i − k + 1 … i}, proved at N = 8; with D = 4 the first key, asked last, stands 7 tokens after "
                + "its value, and with D keys 2D − 1: for every k there is a list whose answer lies outside the window");
        return Optional.empty();
    }
}
