package io.fluxo.experiments.cli;

import static io.fluxo.model.ModelSpec.MASK;
import static io.fluxo.model.ModelSpec.N_CTX;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.tokenizer.TokenStream;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.generate.Decoding;
import io.fluxo.generate.Sampler;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code generate}: a text goes on, token by token. */
@Command(name = "generate", mixinStandardHelpOptions = true, description = "Continues a text token by token.")
final class GenerateCommand extends FluxoCommand<ModelOptions> {

    @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "100", description = "tokens to add at most (default: ${DEFAULT-VALUE})")
    private int most;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "1", description = "0 takes the most probable token; less than 1 sharpens, more flattens (default: ${DEFAULT-VALUE})")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "draw among the K most probable tokens alone")
    private Integer topK;

    @Option(names = "--top-p", paramLabel = "P", defaultValue = "1", description = "draw among the fewest tokens that together have this probability (default: ${DEFAULT-VALUE})")
    private double topP;

    GenerateCommand(Session session) {
        super(session, new ModelOptions());
    }

    @Override
    ExitStatus run() {
        CommonOptions.atLeast("--max-tokens", most, 1);
        Sampler sampler = sampler();
        Workbench workbench = workbench();
        try (OpenedModel opened = OpenedModel.open(common, workbench)) {
            requireCausal(opened, workbench.catalog());
            int[] ids = opened.ids(common);
            ObjectNode result = generated(opened, ids, sampler);
            common.writeJson(Json.pretty(result), terminal.out());
        }
        return ExitStatus.AS_EXPECTED;
    }

    private Sampler sampler() {
        try {
            return new Sampler(temperature, topK == null ? Integer.MAX_VALUE : topK, topP);
        } catch (IllegalArgumentException wrong) {
            throw new BadInput(wrong.getMessage(), wrong);
        }
    }

    /** A model whose tokens see later ones has no next token. */
    private void requireCausal(OpenedModel opened, Catalog catalog) {
        for (LayerSpec layer : opened.spec().layers()) {
            if (layer.get(MASK) == MaskKind.BIDIRECTIONAL && layer.attention(catalog).mixes()) {
                throw new BadInput(Text.format("--model %s: in layer %d tokens see those after them (mask: bidirectional): such a model predicts no next token", common.model, layer.index()));
            }
        }
    }

    private ObjectNode generated(OpenedModel opened, int[] ids, Sampler sampler) {
        boolean text = common.prompt != null;
        RandomKey key = RandomKey.of(common.seed()).split("generate");
        TokenStream stream = text ? opened.tokenizer().stream() : null;
        StringBuilder whole = new StringBuilder();
        int[] added = new int[most];
        int count = 0;
        long begin = System.nanoTime();
        try (Decoding decoding = new Decoding(opened.model(), opened.backend(), opened.spec().get(N_CTX))) {
            double[] logits = decoding.after(ids);
            show(text ? common.prompt : words(ids));
            while (count < most) {
                int next = sampler.choose(logits, key.uniform(count));
                added[count++] = next;
                String piece = text ? stream.add(next) : " " + next;
                whole.append(piece);
                show(piece);
                if (count < most) {
                    logits = decoding.after(next);
                }
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        String rest = text ? stream.end() : "";
        whole.append(rest);
        show(rest + System.lineSeparator());
        if (!common.quiet && terminal.interactive()) {
            terminal.err().println(Text.format("%,d tokens in %.2f s, %.1f a second", count, seconds, count / seconds));
        }
        ObjectNode node = Json.object().put("prompt", text ? common.prompt : null);
        node.set("prompt_ids", Json.of(Arrays.stream(ids).boxed().toList()));
        node.set("ids", Json.of(Arrays.stream(added, 0, count).boxed().toList()));
        return node.put("text", text ? whole.toString() : null).put("seconds", seconds);
    }

    /** Nothing but JSON goes to standard output where that is asked for. */
    private void show(String text) {
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(text);
            terminal.out().flush();
        }
    }

    private static String words(int[] ids) {
        return String.join(" ", Arrays.stream(ids).mapToObj(Integer::toString).toList());
    }
}
