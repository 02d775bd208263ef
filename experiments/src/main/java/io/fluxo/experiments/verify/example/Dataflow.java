package io.fluxo.experiments.verify.example;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which value went into which, as it was seen while a block ran: from the chapter's symbols into the block's parts, from the parts into symbols.
 * A norm is named after the symbol that follows it, so that two norms are two nodes.
 */
public record Dataflow(SequencedSet<Arrow> edges) {

    /** The other tokens, under the name the chapter's first diagram gives them. */
    public static final String CONTEXT = "Contextos";

    /** An arrow. */
    public record Arrow(String from, String to) {
        @Override
        public String toString() {
            return from + " → " + to;
        }
    }

    /** The arrows that end in {@code node}. */
    public List<Arrow> into(String node) {
        return edges.stream().filter(edge -> edge.to().equals(node)).toList();
    }

    /** Watches one run: every tensor's origin, and what happens at hook points. */
    public static final class Watcher extends DelegatingBackend implements Hooks {

        private final SequencedSet<Arrow> edges = new LinkedHashSet<>();
        private final Map<Tensor, Set<String>> origins = new IdentityHashMap<>();
        private final Map<Tensor, String> shownInside = new IdentityHashMap<>();
        private final Map<String, String> symbols = new HashMap<>();
        private boolean inside;

        /** Between a norm and its path, until it is known which symbol follows it. */
        private static final char NAMED_BY_PATH = '@';

        public Watcher(Backend inner) {
            super("dataflow", inner);
        }

        public Dataflow flow() {
            Map<String, String> names = new HashMap<>();
            edges.forEach(edge -> {
                int at = edge.from().indexOf(NAMED_BY_PATH);
                if (at >= 0) {
                    names.put(edge.from(), Text.format("%s(%s)", edge.from().substring(0, at), edge.to()));
                }
            });
            SequencedSet<Arrow> renamed = new LinkedHashSet<>();
            edges.forEach(edge -> renamed.add(new Arrow(names.getOrDefault(edge.from(), edge.from()), names.getOrDefault(edge.to(), edge.to()))));
            return new Dataflow(renamed);
        }

        /** Forgets what was seen and watches {@code block} from now on. */
        public void begin(Block block) {
            edges.clear();
            origins.clear();
            shownInside.clear();
            symbols.clear();
            block.chapter().forEach((symbol, hook) -> symbols.put(block.path() + "." + hook, symbol));
        }

        /** Makes {@code tensor} a source called {@code name}. */
        public void source(Tensor tensor, String name) {
            origins.put(tensor, Set.of(name));
        }

        /** A block's parts, watched. */
        Placement.Parts watched(Placement.Parts parts) {
            return new Placement.Parts(parts.path(), parts.depth(), watched(parts.attention()), watched("FFN", parts.mlp()),
                    name -> watched("LayerNorm" + NAMED_BY_PATH + name, parts.norm().apply(name)), parts.residual(), parts.width());
        }

        private Attention watched(Attention attention) {
            return new Attention(attention.path()) {
                private final Attention inner = part(attention);

                @Override
                protected Tensor attend(Pass pass, Tensor x, Tensor context) {
                    return enter("MultiHeadAttention", () -> inner.forward(pass, x, context), x, context);
                }
            };
        }

        private Layer watched(String kind, Layer layer) {
            return new Layer(layer.path()) {
                private final Layer inner = part(layer);

                @Override
                protected Tensor compute(Pass pass, Tensor x) {
                    return enter(kind, () -> inner.forward(pass, x), x);
                }
            };
        }

        private Tensor enter(String kind, Supplier<Tensor> run, Tensor... inputs) {
            if (inside) {
                return run.get();
            }
            inside = true;
            Tensor output = run.get();
            inside = false;
            for (Tensor input : inputs) {
                origins.getOrDefault(input, Set.of()).forEach(from -> edges.add(new Arrow(from, kind)));
            }
            origins.put(output, Set.of(kind));
            String symbol = shownInside.get(output);
            if (symbol != null) {
                name(output, symbol);
            }
            return output;
        }

        private void name(Tensor value, String symbol) {
            origins.getOrDefault(value, Set.of()).forEach(from -> edges.add(new Arrow(from, symbol)));
            origins.put(value, Set.of(symbol));
        }

        @Override
        public boolean wants(HookPoint point) {
            return symbols.containsKey(point.name());
        }

        @Override
        public Tensor at(HookPoint point, Tensor value) {
            String symbol = symbols.get(point.name());
            if (inside) {
                shownInside.put(value, symbol);
            } else if (symbol.equals("x")) {
                origins.put(value, Set.of(symbol));                                     // the block is given x: how x was made is no part of its dataflow
            } else {
                name(value, symbol);
            }
            return value;
        }

        @Override
        public Tensor execute(PrimitiveOp op, Tensor... inputs) {
            return derived(inner.execute(op, inputs), inputs);
        }

        @Override
        public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
            Fused result = inner.runFused(op, save, inputs);
            derived(result.output(), inputs);
            return result;
        }

        /** Nothing: what a value inside depends on is seen in the composition. */
        @Override
        public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
            return Optional.empty();
        }

        private Tensor derived(Tensor output, Tensor... inputs) {
            Set<String> all = new LinkedHashSet<>();
            for (Tensor input : inputs) {
                all.addAll(origins.getOrDefault(input, Set.of()));
            }
            origins.put(output, all);
            return output;
        }
    }
}
