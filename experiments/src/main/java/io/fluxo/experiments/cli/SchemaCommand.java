package io.fluxo.experiments.cli;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.StudySchema;
import picocli.CommandLine.Command;

@Command(name = "schema", mixinStandardHelpOptions = true,
        description = "Prints the JSON Schema of a study, out of what is registered; an editor completes and checks YAML by it.")
final class SchemaCommand extends FluxoCommand<ResultOptions> {

    SchemaCommand(Session session) {
        super(session, new ResultOptions());
    }

    @Override
    ExitStatus run() {
        String schema = Json.pretty(new StudySchema(workbench().catalog()).schema());
        if (common.json == null) {
            terminal.out().print(schema);
        } else {
            common.writeJson(schema, terminal.out());
        }
        return ExitStatus.AS_EXPECTED;
    }
}
