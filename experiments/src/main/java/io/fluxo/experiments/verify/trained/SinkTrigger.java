package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.trained.TriggerTask.Learned;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.Heads;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;

/** Who needs a token that attention can go to when it has nothing to say, and who goes there though it need not. */
final class SinkTrigger extends Claim {

    private static final int SEEDS = 3;

    static final List<Claim> ALL = List.of(
            new SinkTrigger("sink-trigger", "Softmax needs a token to attend to when it has nothing to say; off-by-one and gated attention do not, and softpick and ReLU attention never go there", Verdict.HOLDS,
                    List.of(new Case("softmax", true), new Case("softmax", false), new Case("off_by_one", false), new Case("gated", false), new Case("softpick", true), new Case("relu", true)), 40),
            new SinkTrigger("sink-trigger-free", "Off-by-one, a learned sink and gates keep attention from the first token", Verdict.REFUTED,
                    List.of(new Case("off_by_one", true), new Case("sink", true), new Case("gated", true)), 20));

    /**
     * @param kind of attention
     * @param bos  whether the sequence begins with a token of no content
     */
    private record Case(String kind, boolean bos) {}

    private final List<Case> cases;

    private SinkTrigger(String id, String text, Verdict expected, List<Case> cases, double seconds) {
        super(Statement.of(id, text)
                .said(Citation.of("arXiv 2603.11487 (task); Softpick (2025), gpt-oss (2025), Gated attention (2025)"))
                .group("trained-variants")
                .about(Scope.NONE)
                .over("one head of width 19 without a residual connection, 16 tokens, Adam at 1e-2, 1,500 steps", "3 seeds")
                .expected(expected)
                .by("training on simd", "squared error over the targets' power, and the mean weight of plain tokens on the first")
                .takes(seconds)
                .refutesNone("none: a dozen trainings decide it"));
        this.cases = cases;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures claimed = new Figures();
        Figures evidence = new Figures();
        int lesson = 0;
        for (Case one : cases) {
            AttentionKind kind = one.kind.equals("relu") ? ReluAttention::new : apparatus.catalog().part(AttentionKind.KIND, Choice.of(one.kind));
            for (int seed = 1; seed <= SEEDS; seed++) {
                int before = lesson++;
                Learned learned = TriggerTask.train(apparatus, kind, seed, one.bos, share -> apparatus.done((before + share) / (cases.size() * SEEDS)));
                judge(one, seed, learned, claimed, evidence);
            }
        }
        return expected() == Verdict.REFUTED ? claimed.finding("mean weight of plain tokens on the first token < .05", evidence)
                : claimed.finding("softmax: error > .5 without a first token, weight on it > .9 with it; off-by-one and gates: error < .02 without; softpick and ReLU: weight < .05");
    }

    private void judge(Case one, int seed, Learned learned, Figures claimed, Figures evidence) {
        String name = Text.format("%s %s a first token, seed %d", one.kind, one.bos ? "with" : "without", seed);
        if (!one.bos) {
            claimed.add(one.kind.equals("softmax") ? Figure.atLeast("error of " + name, 0.5, learned.error()) : Figure.atMost("error of " + name, 0.02, learned.error()));
            return;
        }
        boolean free = !one.kind.equals("softmax");
        claimed.add(free ? Figure.atMost("weight on it, " + name, 0.05, learned.bos()) : Figure.atLeast("weight on it, " + name, 0.9, learned.bos()));
        (expected() == Verdict.REFUTED ? evidence : claimed).add(Figure.atMost("error of " + name, one.kind.equals("relu") ? 0.1 : 0.02, learned.error()));
    }

    /** Weights relu(score) over the number of tokens so far. */
    private static final class ReluAttention extends MultiHeadAttention {

        private ReluAttention(String path, Dims dims, Design design) {
            super(path, dims, design);
        }

        @Override
        protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
            Tensor scores = scores(pass, qs, ks, bias);
            Tensor seen = pass.shift(pass.iota(0, Shape.of(scores.dim(2), Dim.ONE), scores.dtype()), 1);           // [n 1]
            return weighted(pass, shownPattern(pass, pass.div(pass.relu(scores), seen)), Heads.share(pass, vs, dims().nHeads()));
        }
    }
}
