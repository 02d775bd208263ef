package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.example.Dataflow.Edge;
import io.fluxo.experiments.verify.example.Dataflow;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A diagram of the chapter has exactly the arrows of a running block: every recorded arrow into one of its inner nodes, and no other.
 *
 * @param mermaid the diagram as the chapter prints it
 */
record Diagram(String mermaid) implements Check {

    @Override
    public Finding of(Candidate candidate, Apparatus apparatus) {
        Set<Edge> drawn = Mermaid.edges(mermaid);
        Set<String> inner = new LinkedHashSet<>();
        drawn.forEach(edge -> inner.add(edge.to()));
        Dataflow flow = Realisation.of(candidate, apparatus.reference(), DType.F64, apparatus.seed()).flow();
        Set<Edge> seen = new LinkedHashSet<>();
        inner.forEach(node -> seen.addAll(flow.into(node)));
        String theory = text(drawn);
        List<String> missing = drawn.stream().filter(edge -> !seen.contains(edge)).map(Edge::toString).toList();
        List<String> extra = seen.stream().filter(edge -> !drawn.contains(edge)).map(Edge::toString).toList();
        if (!missing.isEmpty() || !extra.isEmpty()) {
            return Finding.refuted(theory, text(seen), Text.format("%s%s%s", missing.isEmpty() ? "" : "not in the run: " + String.join(", ", missing),
                    missing.isEmpty() || extra.isEmpty() ? "" : "; ", extra.isEmpty() ? "" : "not in the diagram: " + String.join(", ", extra)));
        }
        return Finding.holds(theory, Text.format("the %d arrows of the diagram, and no other into %s", drawn.size(), String.join(", ", inner)))
                .derived(flow.edges().stream().map(Edge::toString).toList());
    }

    private static String text(Set<Edge> edges) {
        return String.join(", ", edges.stream().map(Edge::toString).toList());
    }
}
