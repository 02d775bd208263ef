package io.fluxo.inspect;

import io.fluxo.block.Block;
import io.fluxo.block.Branch;
import io.fluxo.block.Factor;
import io.fluxo.block.Placement;
import io.fluxo.block.StreamContract;
import io.fluxo.block.StreamSum;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.proof.SymbolicBackend;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code docs/hooks.md}: its tables are made from models of every placement, which run on symbolic shapes. What stands before and after them is the file's own. */
final class HooksPage {

    static final String BEGIN = "<!-- tables: written by the tests -->";
    static final String END = "<!-- end of tables -->";

    /** Four layers: mix_ln has post-norm in the first of them alone. */
    private static final ModelSpec STANDARD = ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, 4).with(ModelSpec.N_HEADS, 4).with(ModelSpec.N_KEY_VALUE_HEADS, 2).with(ModelSpec.D_VOCAB, 5)
            .with(ModelSpec.NORM_AFFINE, true);

    /** The names that are the same under every placement. */
    private static final List<String> COMMON = Stream.of(Branch.Kind.values()).flatMap(kind -> Stream.of(kind.result(), kind.contribution())).toList();

    /** How names begin that TransformerLens does not have. */
    private static final List<String> UNKNOWN_TO_IT = List.of("hook_bounded", "hook_sources", "hook_streams", "hyper1", "hyper2", "delta1", "delta2", "depth", "hook_dual", "hook_ln1_scaled", "hook_ln2_scaled", "attn.head_gain", "mlp.ln.", "attn.q_norm", "attn.k_norm");

    private final List<String> placements = ModelParts.CATALOG.names(Placement.KIND);
    private final SequencedMap<String, Row> points = new LinkedHashMap<>();
    private final SequencedMap<String, Row> ofModel = new LinkedHashMap<>();

    /** A hook point: of a value of some shape, and when it is there. */
    private static final class Row {
        private final String shape;
        private final boolean interior;
        private final Set<String> there = new LinkedHashSet<>();
        private final Map<String, Set<String>> symbols = new TreeMap<>();

        private Row(String shape, boolean interior) {
            this.shape = shape;
            this.interior = interior;
        }
    }

    private HooksPage() {
        placements.forEach(placement -> run(placement, STANDARD.with(ModelSpec.PLACEMENT, placement)));
        run("`positions: rope`", STANDARD.with(ModelSpec.POSITIONS, "rope"));
        run("a gated `act_fn`", STANDARD.with(ModelSpec.ACT_FN, "swiglu"));
        run("`qk_norm: true`", STANDARD.with(ModelSpec.QK_NORM, true));
        run("`residual: scaled`", STANDARD.with(ModelSpec.RESIDUAL, ModelSpec.ResidualKind.SCALED).with(ModelSpec.RESIDUAL_SCALE, 0.5));
    }

    static String tables() {
        HooksPage page = new HooksPage();
        return String.join("\n\n", page.common(), page.particular(), page.around(), page.contracts()) + "\n";
    }

    /** Notes the points of a model on symbolic shapes, and when they are there. */
    private void run(String when, ModelSpec spec) {
        SymbolicBackend symbolic = new SymbolicBackend();
        Transformer model = ModelBuilder.transformer(spec, layer -> ModelDims.symbolic(spec, layer, ModelParts.CATALOG), ModelParts.CATALOG);
        model.cells().forEach(cell -> cell.set(symbolic.variable(cell.shape(), DType.F32)));
        Tensor ids = symbolic.variable(Shape.of(Dim.symbol("batch"), Dim.symbol("pos")), DType.I32);
        model.forward(Pass.evaluation(symbolic).with(new Hooks() {
            @Override
            public boolean wants(HookPoint point) {
                return true;
            }

            @Override
            public Tensor at(HookPoint point, Tensor value) {
                note(when, point, value.shape());
                return value;
            }
        }), ids);
    }

    private void note(String when, HookPoint point, Shape shape) {
        boolean within = point.name().startsWith("blocks.");
        String name = within ? point.name().substring(point.name().indexOf('.', "blocks.".length()) + 1) : point.name();
        Row row = (within ? points : ofModel).computeIfAbsent(name, _ -> new Row(text(shape), point.interior()));
        row.there.add(when);
        for (String alias : point.aliases()) {
            String symbol = alias.substring(alias.lastIndexOf('.') + 1);
            if (within && symbol.matches("x|h|t\\d")) {
                row.symbols.computeIfAbsent(symbol, _ -> new LinkedHashSet<>()).add(when);
            }
        }
    }

    /** {@code [batch pos n_heads d_head]}: the proofs' symbols that stand for these are products. */
    private static String text(Shape shape) {
        return shape.toString().replace(",", "").replace("groups·n_key_value_heads", "n_heads").replace("2·m", "d_head");
    }

    private boolean everywhere(Row row) {
        return row.there.containsAll(placements);
    }

    private String common() {
        List<String> lines = new ArrayList<>(List.of("## Under every placement", "", "Within a block, `blocks.L.` before the name.", "",
                "| hook point | value | | the chapter's name | TransformerLens |", "|---|---|---|---|---|"));
        points.forEach((name, row) -> {
            if (everywhere(row)) {
                lines.add(Text.format("| `%s` | `%s` | %s | %s | %s |", name, row.shape, kind(row), symbols(row), lens(name)));
            }
        });
        COMMON.forEach(name -> lines.add(Text.format("| `%s` | `[batch pos d_model]` | | | %s |", name, lens(name))));
        return String.join("\n", lines);
    }

    private String particular() {
        List<String> lines = new ArrayList<>(List.of("## Where the design has them", "", "| hook point | value | | there with | the chapter's name | TransformerLens |", "|---|---|---|---|---|---|"));
        points.forEach((name, row) -> {
            if (!everywhere(row) && !COMMON.contains(name)) {
                lines.add(Text.format("| `%s` | `%s` | %s | %s | %s | %s |", name, row.shape, kind(row), there(row.there), symbols(row), lens(name)));
            }
        });
        return String.join("\n", lines);
    }

    private String around() {
        List<String> lines = new ArrayList<>(List.of("## Around the blocks", "", "| hook point | value | | there with | TransformerLens |", "|---|---|---|---|---|"));
        ofModel.forEach((name, row) -> lines.add(Text.format("| `%s` | `%s` | %s | %s | %s |", name, row.shape, kind(row), everywhere(row) ? "every placement" : there(row.there), lens(name))));
        return String.join("\n", lines);
    }

    private static String kind(Row row) {
        return row.interior ? "interior" : "";
    }

    private String symbols(Row row) {
        return row.symbols.entrySet().stream().map(symbol -> {
            Set<String> where = symbol.getValue().stream().filter(placements::contains).collect(Collectors.toCollection(LinkedHashSet::new));
            return where.containsAll(row.there.stream().filter(placements::contains).toList()) ? symbol.getKey() : symbol.getKey() + " (" + String.join(", ", where) + ")";
        }).collect(Collectors.joining("; "));
    }

    /** Placements, or the keys that bring the point; the others are named where they are fewer. */
    private String there(Set<String> when) {
        List<String> named = placements.stream().filter(when::contains).toList();
        List<String> absent = placements.stream().filter(placement -> !when.contains(placement)).toList();
        if (absent.size() < named.size()) {
            return "all but " + quoted(absent);
        }
        // what the standard placement has, every variant of it has too
        Stream<String> keys = named.contains("pre") ? Stream.empty() : when.stream().filter(one -> !placements.contains(one));
        return Stream.concat(named.stream().map(name -> "`" + name + "`"), keys).collect(Collectors.joining(", "));
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    /** What TransformerLens calls the same tensor. */
    private static String lens(String name) {
        if (name.matches("ln\\w+\\.hook_out")) {
            return "`" + name.replace("hook_out", "hook_normalized") + "` of its LayerNorm";
        }
        if (name.matches("ln\\w+\\.hook_normalized")) {
            return "the same of its LayerNormPre and RMSNorm";
        }
        if (COMMON.contains(name)) {
            return name.endsWith("hook_out") ? "TransformerBridge's" : "–";
        }
        return name.equals("hook_pos_embed") ? "the same, with a batch axis" : UNKNOWN_TO_IT.stream().anyMatch(name::startsWith) ? "–" : "the same";
    }

    private String contracts() {
        List<String> lines = new ArrayList<>(List.of("## The stream under each placement", "",
                "What each placement declares (`StreamContract`), in a model of four layers: the sums of its last block, which points show results and contributions, what follows a sum, and",
                "what a lens reads. `StreamCheck` holds it against a run.", "",
                "| placement | sums | `attn.hook_out` | `hook_attn_contribution` | `mlp.hook_out` | `hook_mlp_contribution` | a norm after each sum | a lens reads |", "|---|---|---|---|---|---|---|---|"));
        for (String placement : placements) {
            Transformer model = ModelBuilder.transformer(STANDARD.with(ModelSpec.PLACEMENT, placement), ModelParts.CATALOG);
            Block block = model.blocks().getLast();
            if (block.contract().isEmpty()) {
                lines.add(Text.format("| `%s` | nothing: instruments refuse it | | | | | | |", placement));
                continue;
            }
            StreamContract contract = block.contract().orElseThrow();
            lines.add(Text.format("| `%s` | %s | %s | %s | %s | %s | %s | %s |", placement, contract.sums().stream().map(HooksPage::equation).collect(Collectors.joining("<br>")),
                    shown(contract.branch(Branch.Kind.ATTENTION).result(), Branch.Kind.ATTENTION.result()),
                    shown(contract.branch(Branch.Kind.ATTENTION).contribution(), Branch.Kind.ATTENTION.contribution()),
                    shown(contract.branch(Branch.Kind.NETWORK).result(), Branch.Kind.NETWORK.result()),
                    shown(contract.branch(Branch.Kind.NETWORK).contribution(), Branch.Kind.NETWORK.contribution()), contract.postLike() ? "yes" : "", ModelContract.of(model).reading()));
        }
        return String.join("\n", lines);
    }

    private static String equation(StreamSum sum) {
        String to = sum.normalised().map(point -> Text.format("`%s` = N(`%s`), ", point, sum.to())).orElse("");
        String carried = sum.normedFirst().map(_ -> Text.format("N(`%s`)", sum.from())).orElse("`" + sum.from() + "`");
        return to + "`" + sum.to() + "` = " + times(sum.carry(), carried) + sum.adds().stream()
                .map(kind -> " + " + times(sum.weight(), kind == Branch.Kind.ATTENTION ? "attention's" : "the network's")).collect(Collectors.joining());
    }

    private static String times(Factor factor, String term) {
        return switch (factor) {
            case Factor.Fixed(double value) -> value == 1 ? term : Text.format("%.4g · %s", value, term);
            case Factor.Shown(String point) -> Text.format("`%s` · %s", point, term);
            case Factor.Last() -> term + ", in the last place";
        };
    }

    private static String shown(String point, String common) {
        return point.equals(common) ? "a point of its own" : "`" + point + "`";
    }
}
