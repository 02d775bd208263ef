package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.example.Dataflow;
import io.fluxo.experiments.verify.example.Dataflow.Arrow;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A diagram of the chapter has exactly the arrows of a running block: every recorded arrow into one of its inner nodes, and no other. */
final class Diagram extends Claim {

    static final List<Diagram> ALL = List.of(
            new Diagram("""
                        graph LR
                            A[x2] --> B(MultiHeadAttention);
                            C(Contextos) --> B
                            B --> D[t1]
                            A --> E[t2=x2+t1]
                            D --> E
                        """,
                    Statement.of("diagram-1", "x2 and the context enter attention; its output t1 and x2 make t2")
                            .said(Citation.chapter("O diagrama acima ilustra o fluxo: o *embedding* original *x2* e o contexto (outros *tokens*) são processados "
                                    + "pela *MultiHeadAttention*, gerando *t1*, que é então combinado com *x2* para produzir *t2*."))
                            .group("chapter")
                            .about(Scope.POST, Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK)
                            .over("the worked example's sizes", "in a run")
                            .expected(Verdict.HOLDS)
                            .by("recorded dataflow")
                            .refutes("mutant-dropped-residual", "mutant-post-computing-pre")),

            new Diagram("""
                        graph LR
                            A[t2] --> B(LayerNorm);
                            B --> C[t3]
                            C --> D(FFN);
                            D --> E[t4]
                        """,
                    Statement.of("diagram-2", "t2 goes through LayerNorm to t3, and through the network to t4")
                            .said(Citation.chapter("Este diagrama mostra que *t2* passa por *LayerNorm* gerando *t3*, que por sua vez entra na rede *FFN* para "
                                    + "gerar *t4*."))
                            .group("chapter")
                            .about(Scope.POST, Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK)
                            .over("the worked example's sizes", "in a run")
                            .expected(Verdict.HOLDS)
                            .by("recorded dataflow")
                            .refutes("mutant-post-computing-pre")),

            new Diagram("""
                        graph LR
                           A[t3] --> B[t5=t3+t4]
                           C[t4] --> B
                           B --> D(LayerNorm)
                           D --> E[hi]
                        """,
                    Statement.of("diagram-3", "t3 and t4 make t5, which goes through LayerNorm to h")
                            .said(Citation.chapter("O diagrama mostra a segunda conexão residual, somando *t3* e *t4* para gerar *t5*, que passa pela camada "
                                    + "*LayerNorm* para produzir a saída final *hi*."))
                            .group("chapter")
                            .about(Scope.POST, Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK)
                            .over("the worked example's sizes", "in a run")
                            .expected(Verdict.HOLDS)
                            .by("recorded dataflow")
                            .refutes("mutant-dropped-residual", "mutant-post-computing-pre")));

    private final String mermaid;

    /** @param mermaid the diagram as the chapter prints it */
    private Diagram(String mermaid, Statement statement) {
        super(statement);
        this.mermaid = mermaid;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Set<Arrow> drawn = Mermaid.edges(mermaid);
        Set<String> inner = new LinkedHashSet<>();
        drawn.forEach(edge -> inner.add(edge.to()));
        Dataflow flow = Realisation.of(candidate, apparatus.reference(), DType.F64, apparatus.seed()).flow();
        Set<Arrow> seen = new LinkedHashSet<>();
        inner.forEach(node -> seen.addAll(flow.into(node)));
        String theory = text(drawn);
        List<String> missing = drawn.stream().filter(edge -> !seen.contains(edge)).map(Arrow::toString).toList();
        List<String> extra = seen.stream().filter(edge -> !drawn.contains(edge)).map(Arrow::toString).toList();
        if (!missing.isEmpty() || !extra.isEmpty()) {
            return Finding.refuted(theory, text(seen), Text.format("%s%s%s", missing.isEmpty() ? "" : "not in the run: " + String.join(", ", missing),
                    missing.isEmpty() || extra.isEmpty() ? "" : "; ", extra.isEmpty() ? "" : "not in the diagram: " + String.join(", ", extra)));
        }
        return Finding.holds(theory, Text.format("the %d arrows of the diagram, and no other into %s", drawn.size(), String.join(", ", inner)))
                .derived(flow.edges().stream().map(Arrow::toString).toList());
    }

    private static String text(Set<Arrow> edges) {
        return String.join(", ", edges.stream().map(Arrow::toString).toList());
    }
}
