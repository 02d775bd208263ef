package io.fluxo.experiments.verify.claim;

import static io.fluxo.experiments.verify.Verdict.HOLDS;
import static io.fluxo.experiments.verify.Verdict.NOT_TESTABLE;
import static io.fluxo.experiments.verify.Verdict.PROVED;
import static io.fluxo.experiments.verify.Verdict.REFUTED;

import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.claim.Equations.Equation;
import io.fluxo.experiments.verify.claim.Equations.Rule;
import java.util.List;

/** The chapter's claims, in its order. */
public final class ChapterClaims {

    private static final String SIZES = "d_model 1 … 12, 1 … 6 tokens, 1 … 4 heads, all widths independent; finite intermediates";
    private static final String ALL_INPUTS = "for all weights and inputs";
    private static final List<String> RECOMPUTED = List.of("float64 recomputation on the host", "rounding bound", "shrinking");

    private ChapterClaims() {}

    public static List<Claim> all() {
        return List.of(
                equation("eq-10.32", "Attention reads token i and the whole context: t1 = MHA(x_i, [x_1 … x_N])", new Equation("t1", Rule.ATTENTION, "x"))
                        .of(Topic.ATTENTION),
                equation("eq-10.33", "The residual connection adds the token: t2 = t1 + x_i", new Equation("t2", Rule.SUM, "t1", "x"))
                        .of(Topic.SUM),
                equation("eq-10.34", "The first norm: t3 = LayerNorm(t2)", new Equation("t3", Rule.NORM_1, "t2")).of(Topic.NORM, Topic.MIXING),
                equation("eq-10.35", "The feed-forward network: t4 = FFN(t3)", new Equation("t4", Rule.FFN, "t3")).of(Topic.NETWORK),
                equation("eq-10.36", "The second residual connection: t5 = t4 + t3", new Equation("t5", Rule.SUM, "t4", "t3"))
                        .of(Topic.SUM, Topic.NETWORK),
                equation("eq-10.37", "The last norm gives the block's output: h_i = LayerNorm(t5)", new Equation("h", Rule.NORM_2, "t5"))
                        .of(Topic.NORM, Topic.NETWORK),
                new Claim("pre-norm", "The pre-norm twin: norms before the sub-layers, sums after them, one norm after the last block", Scope.PRE,
                        SIZES, ALL_INPUTS,
                        RECOMPUTED, HOLDS, new PreNorm()).of(Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK),
                diagram("diagram-1", "x2 and the context enter attention; its output t1 and x2 make t2", """
                        graph LR
                            A[x2] --> B(MultiHeadAttention);
                            C(Contextos) --> B
                            B --> D[t1]
                            A --> E[t2=x2+t1]
                            D --> E
                        """),
                diagram("diagram-2", "t2 goes through LayerNorm to t3, and through the network to t4", """
                        graph LR
                            A[t2] --> B(LayerNorm);
                            B --> C[t3]
                            C --> D(FFN);
                            D --> E[t4]
                        """),
                diagram("diagram-3", "t3 and t4 make t5, which goes through LayerNorm to h", """
                        graph LR
                           A[t3] --> B[t5=t3+t4]
                           C[t4] --> B
                           B --> D(LayerNorm)
                           D --> E[hi]
                        """),
                new Claim("worked-example-sums", "The worked example's two additions are right", Scope.NONE, "the printed vectors", "for these vectors",
                        List.of("computation"), HOLDS, new WorkedExample.Sums()),
                new Claim("worked-example-layernorm", "The worked example's two norms are LayerNorms", Scope.NONE,
                        "the printed vectors, γ = 1 and β = 0, or any one gain and bias",
                        "for these vectors", List.of("computation", "least squares over gain and bias"), REFUTED, new WorkedExample.Norms()),
                new Claim("worked-example-realised", "A real block can give all the printed numbers", Scope.POST, "three tokens, d_model 4, two heads, ε = 0",
                        "there are weights", List.of("weights solved for", "run on the backend"), HOLDS, new WorkedExample.Realised())
                        .of(Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK),
                new Claim("residual-preserves", "The residual connection preserves the original information: it enters the sum with weight 1",
                        Scope.EVERY, "differentiable blocks",
                        ALL_INPUTS, List.of("exact Jacobian by autodiff"), HOLDS, new ResidualIdentity()).of(Topic.SUM),
                new Claim("residual-preserves-injectivity", "… and read as \"nothing is lost\": different tokens have different sums", Scope.EVERY, "N = 1",
                        ALL_INPUTS, List.of("constructed counterexample"), REFUTED, new ResidualInjectivity())
                        .of(Topic.SUM, Topic.ATTENTION, Topic.NORM),
                new Claim("residual-trains", "The residual connection facilitates training", Scope.NONE, "the study components",
                        "for the seeds trained", List.of("training"), HOLDS,
                        new FromStudy("components", "residual-trains")),
                new Claim("ln-gradient", "LayerNorm stabilises the flow of the gradient", Scope.NONE, "the study components, at the first step",
                        "for the seeds trained", List.of("training"), HOLDS,
                        new FromStudy("components", "ln-gradient")),
                new Claim("ffn-nonlinear", "The feed-forward network adds non-linearity", Scope.EVERY, "one token at a time", "there are a and b",
                        List.of("superposition", "with and without the nonlinearity"), HOLDS, new FeedForwardNonlinear()).of(Topic.NETWORK),
                new Claim("h-well-behaved", "The last norm gives a well-behaved distribution: mean 0 and variance 1 before gain and bias", Scope.POST,
                        "d_model 3 … 12, means up to 2000", "for all t5", List.of("moments on the host", "rounding bound", "shrinking"), HOLDS,
                                new WellBehaved()).of(Topic.NORM, Topic.NETWORK),
                new Claim("theorem-1", "Attention is the only part of the block that receives information from other tokens", Scope.EVERY,
                        "proved at N = 4 for two blocks and the unembedding; finite intermediates", ALL_INPUTS + "; each j ≤ i can: there is a witness",
                        List.of("dependence", "exact Jacobian blocks", "central differences", "bits on every backend", "shrinking"), PROVED,
                                new OnlyAttentionMixes()).of(Topic.MIXING),
                new Claim("context-includes-i", "The context that attention reads includes the token itself", Scope.EVERY, SIZES, ALL_INPUTS,
                        RECOMPUTED, HOLDS,
                        new ContextIncludesSelf()).of(Topic.ATTENTION),
                new Claim("theorem-2", "Contextual modulation lets a transformer hold dependencies that n-gram models, or a model without attention, cannot", Scope.EVERY,
                        "associative recall of D = 4, 32, 64 pairs, 64 keys, 64 values", "there are weights; for all weights without attention",
                        List.of("hand-weighted head", "dependence"), PROVED, new AssociativeRecall()).of(Topic.ATTENTION, Topic.ONLY_WAY),
                new Claim("theorem-2-trained", "… and that RNNs find hard to learn", Scope.NONE, "the study recall",
                        "for the seeds trained", List.of("training"), HOLDS,
                        new FromStudy("recall", "theorem-2-trained")),
                new Claim("propagation", "Context that enters early reaches later layers through the residual connections", Scope.EVERY,
                        "4 blocks, later attention and all "
                        + "feed-forward networks taken away", "there is a witness for each j < i", List.of("exact Jacobian blocks", "dependence"),
                                HOLDS, new Propagation()).of(Topic.ONLY_WAY, Topic.RESIDUAL),
                new Claim("theorem-2.1", "Attention preserves d, as does every sub-layer, the block, and the stack", Scope.EVERY,
                        "every batch, pos, d_model, n_heads, d_head, d_v, d_mlp and depth", "for all sizes",
                                List.of("symbolic shapes", "random sizes", "shrinking"),
                        PROVED, new DimensionPreserved()),
                new Claim("theorem-2.2", "Attention also modulates the token's own information, through the weights on all values, its own included",
                        Scope.EVERY, SIZES,
                        ALL_INPUTS + "; dependence on context: there is a witness", List.of("float64 recomputation on the host", "rounding bound",
                        "exact Jacobian blocks", "shrinking"), HOLDS, new OwnInformation()).of(Topic.ATTENTION, Topic.RESULT),
                new Claim("observation-1", "Queries, keys and values play different roles: q·k sets relevance, v is what is carried", Scope.EVERY,
                        SIZES, ALL_INPUTS,
                        List.of("other weights, bit by bit", "shrinking"), HOLDS, new Roles()).of(Topic.ATTENTION),
                new Claim("not-testable-tasks", "This is essential for translation, summarisation and text generation", Scope.NONE, "", "", List.of(),
                        NOT_TESTABLE,
                        new NotTestable("speaks of trained systems for tasks that no study here has")),
                new Claim("not-testable-complexity", "Many layers let the model learn ever more complex representations", Scope.NONE, "", "",
                        List.of(), NOT_TESTABLE,
                        new NotTestable("says neither what complexity is nor how it would be measured")),
                new Claim("not-testable-success", "Modulation and preserved dimension are the keys to the transformers' success", Scope.NONE, "", "",
                        List.of(), NOT_TESTABLE,
                        new NotTestable("a judgement about a field, not about a computation")));
    }

    private static Claim equation(String id, String statement, Equation equation) {
        return new Claim(id, statement, Scope.POST, SIZES, ALL_INPUTS, RECOMPUTED, HOLDS, Equations.post(equation));
    }

    private static Claim diagram(String id, String statement, String mermaid) {
        return new Claim(id, statement, Scope.POST, "the worked example's sizes", "in a run", List.of("recorded dataflow"), HOLDS, new Diagram(mermaid))
                        .of(Topic.ATTENTION, Topic.SUM,
                Topic.NORM, Topic.NETWORK);
    }
}
