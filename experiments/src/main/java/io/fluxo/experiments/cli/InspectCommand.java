package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.inspect.Dump;
import io.fluxo.experiments.inspect.view.InspectJson;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.view.Inspection;
import io.fluxo.experiments.inspect.view.Inspector;
import io.fluxo.experiments.inspect.report.InspectReport;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.setting.Values;
import io.fluxo.stream.Intervention;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code inspect}: instruments on a model and a prompt. */
@Command(name = "inspect", mixinStandardHelpOptions = true,
        description = "Looks at the residual stream of a model on a prompt: norms, logit lens, attention, what heads do; takes parts out, and patches one prompt into another.")
final class InspectCommand extends FluxoCommand<ModelOptions> {

    @Option(names = "--against", paramLabel = "DIR|NAME", description = "a second model, on the same prompt")
    private String against;

    @Option(names = "--lens", paramLabel = "LENS", defaultValue = "logit",
            description = "logit: as if the model ended there; jacobian: through the mean Jacobian of the layers that follow; tuned: through maps trained on texts of the model's own "
                    + "(default: ${DEFAULT-VALUE})")
    private String lens;

    @Option(names = "--attribute", description = "take the last position's largest logit apart, by sub-layer and by head")
    private boolean attribute;

    @Option(names = "--ablate", paramLabel = "HOOK[INDEX]=zero|mean", description = "take this out and say what changes: blocks.0.attn.hook_z[:,:,3]=zero; may be given several times")
    private List<String> ablate = new ArrayList<>();

    @Option(names = "--patch", paramLabel = "TEXT|ID,ID", arity = "1",
            description = "a corrupted prompt of as many tokens (ids where --tokens is given): at which sites does the clean prompt's value bring its prediction back?")
    private String patch;

    @Option(names = "--dump", paramLabel = "FILE.safetensors", description = "write the value at every hook point under its name, and the logits")
    private Path dump;

    @Option(names = "--report", paramLabel = "FILE.html", description = "what was seen as a page")
    private Path report;

    InspectCommand(Session session) {
        super(session, new ModelOptions());
    }

    @Override
    ExitStatus run() {
        if (report != null) {
            ResultOptions.requireWritable("--report", report);
        }
        if (dump != null) {
            ResultOptions.requireWritable("--dump", dump);
        }
        lens();
        ablate.forEach(InspectCommand::requireText);
        Workbench workbench = workbench();
        List<Seen> seen = new ArrayList<>(List.of(look(common, workbench)));
        if (against != null) {
            seen.add(look(common.of(against), workbench));
        }
        ObjectNode json = InspectJson.of(seen.stream().map(Seen::json).toList());
        common.writeJson(Json.pretty(json), terminal.out());
        if (report != null) {
            ResultOptions.write(report, InspectReport.html(seen.stream().map(Seen::inspection).toList(), json, typed()));
        }
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(seen.stream().map(Seen::text).collect(Collectors.joining(System.lineSeparator())));
        }
        return seen.stream().allMatch(one -> one.inspection().check().fault().isEmpty()) ? ExitStatus.AS_EXPECTED : ExitStatus.NOT_AS_EXPECTED;
    }

    private Inspector.Lens lens() {
        return Arrays.stream(Inspector.Lens.values()).filter(one -> Values.label(one).equals(lens)).findFirst()
                .orElseThrow(() -> new BadInput("--lens: " + BadInput.legal("there is no lens called", lens, Values.labels(Inspector.Lens.class))));
    }

    private static void requireText(String change) {
        try {
            Intervention.parse(change);
        } catch (IllegalArgumentException wrong) {
            throw new BadInput("--ablate " + wrong.getMessage(), wrong);
        }
    }

    /** What was seen of one model: the numbers, as JSON, and as text. */
    private record Seen(Inspection inspection, ObjectNode json, String text) {}

    private Seen look(ModelOptions options, Workbench workbench) {
        try (OpenedModel opened = OpenedModel.open(options, workbench)) {
            Inspected subject = opened.inspected(options.model);
            int[] ids = opened.ids(options);
            Optional<int[]> corrupted = Optional.ofNullable(patch).map(text -> corrupted(opened, options, text, ids.length));
            IntFunction<String> label = options.prompt == null ? Integer::toString : opened.tokenizer().vocabulary()::label;
            Inspection inspection = inspected(subject, new Inspector.Asked(ids, lens(), attribute, ablate, corrupted, options.seed()), label);
            String text = InspectText.of(inspection, label, terminal.tableColumns());
            if (dump != null && options == common) {
                text += Text.format("%n%s: %s%n", dump, Text.count(Dump.write(subject, ids, dump), "tensor"));
            }
            return new Seen(inspection, InspectJson.of(inspection, label), text);
        }
    }

    private Inspection inspected(Inspected subject, Inspector.Asked asked, IntFunction<String> label) {
        try {
            return Inspector.inspect(subject, asked, label);
        } catch (IllegalArgumentException unknown) {
            if (ablate.isEmpty()) {
                throw unknown;
            }
            throw new BadInput("--ablate: " + unknown.getMessage(), unknown);                   // a hook point that the model does not have
        }
    }

    private static int[] corrupted(OpenedModel opened, ModelOptions options, String text, int length) {
        int[] ids = opened.ids(options.saying(text));
        if (ids.length != length) {
            throw new BadInput(Text.format("--patch: values of one prompt are put in the place of the other's, so both need as many tokens; this one has %d, the prompt %d", ids.length, length));
        }
        return ids;
    }
}
