package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.cli.StudyJob.Finished;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.install.Installer;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "ablate", mixinStandardHelpOptions = true,
        description = "Trains a grid of variants, compares them, and answers the study's question.")
final class AblateCommand extends StudyCommand {

    private static final String DEFAULT_STUDY = "pre-vs-post";

    @Parameters(arity = "0..1", paramLabel = "STUDY", description = "a built-in study's name or a YAML file (default: " + DEFAULT_STUDY + ")")
    private String asked;

    @Option(names = "--list", description = "list the built-in studies")
    private boolean list;

    @Option(names = "--yaml", description = "print the study as YAML, with these options in it; run nothing")
    private boolean yaml;

    @Option(names = "--corpus", paramLabel = "FILE", description = "a UTF-8 text file, in place of task.corpus")
    private String corpus;

    @Option(names = "--jobs", paramLabel = "N", description = "trials at a time (default: as many as there are processors)")
    private Integer jobs;

    @Option(names = "--dry-run", description = "list the trials, their sizes and the time they will take, measured on the first for a few seconds; leave nothing")
    private boolean dryRun;

    @Option(names = "--begin", description = "lay out the run's folder, or that of --resume DIR, for any number of processes to 'work' on; train nothing")
    private boolean begin;

    @Option(names = "--collect", paramLabel = "RUN", description = "judge a run that processes 'work' on, once every trial has its result; until then the status is 130")
    private Path collect;

    @Mixin
    private final EngineOptions engines = new EngineOptions(Installer::here);

    AblateCommand(Session session) {
        super("ablate", session);
    }

    @Override
    ExitStatus run() throws Exception {
        CommonOptions.concurrent("--jobs", jobs);
        engines.check(jobs != null, dryRun);
        if (list) {
            refuseOtherOptions("--list");
            return listStudies(workbench());
        }
        if (collect != null) {
            refuseOtherOptions("--collect", "--report", "STUDY");
            resume = collect;
        }
        if (begin) {
            refuseOtherOptions("--begin", "--out", "--resume", "--backend", "--dtype", "--device", "--seed", "--steps", "--corpus", "STUDY");
            if (common.json != null) {
                throw new BadInput("--json does nothing with --begin: leave one of them out");
            }
        }
        Workbench workbench = workbench();
        Request request = request(workbench, asked == null && resume == null ? DEFAULT_STUDY : asked);
        if (yaml) {
            if (dryRun || common.json != null) {
                throw new BadInput(Text.format("%s does nothing with --yaml: leave one of them out", dryRun ? "--dry-run" : "--json"));
            }
            terminal.out().print(StudyWriter.write(request.study()));
            return ExitStatus.AS_EXPECTED;
        }
        Engine engine = engines.engine(common.threads); // before corpora are opened
        StudyTrials trials = trials(workbench, request);
        if (dryRun) {
            return plan(workbench, request, trials);
        }
        StudyJob job = job(workbench, request, trials, jobs == null ? 0 : jobs, engine);
        if (begin) {
            return tell(job.begin());
        }
        if (collect != null) {
            return tell(job.collect());
        }
        return job.run().map(this::tell).orElse(ExitStatus.INTERRUPTED);
    }

    @Override
    String continued() {
        return collect == null ? super.continued() : "--collect " + collect;
    }

    private ExitStatus tell(RunDirectory begun) {
        terminal.out().println("run: " + begun.root());
        terminal.out().println("train it, with any number of processes on any machines that see this folder: " + Launcher.line(List.of("work", begun.root())));
        terminal.out().println("then judge it: " + Launcher.line(List.of("ablate", "--collect", begun.root())));
        return ExitStatus.AS_EXPECTED;
    }

    private ExitStatus tell(StudyJob.Collected collected) {
        return switch (collected) {
            case StudyJob.Collected.Judged(Finished finished) -> tell(finished);
            case StudyJob.Collected.Open(List<String> trials) -> {
                terminal.err().println(Text.format("fluxo: %s: not finished, nothing is judged: %s without a result in the round that is open: %s;"
                        + " to train what nobody does: %s", collect, Text.count(trials.size(), "trial"), ProgressText.some(trials), Launcher.line(List.of("work", collect))));
                yield ExitStatus.INTERRUPTED;
            }
        };
    }

    private ExitStatus tell(Finished finished) {
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(StudyText.tuning(finished.result(), terminal.tableColumns())
                    + StudyText.table(finished.result(), terminal.tableColumns()) + StudyText.comparisons(finished.result())
                    + StudyText.notProved(finished.result()) + StudyText.verdict(finished.result()));
            terminal.out().println("report: " + finished.directory().report());
        }
        return finished.result().asExpected() ? ExitStatus.AS_EXPECTED : ExitStatus.NOT_AS_EXPECTED;
    }

    @Override
    Optional<String> corpus() {
        return Optional.ofNullable(corpus);
    }

    private ExitStatus listStudies(Workbench workbench) {
        ObjectNode root = Json.object();
        ArrayNode listed = root.putArray("studies");
        TextTable table = new TextTable("study", "expected", "question");
        for (StudyDefinition definition : workbench.studies().studies()) {
            Study study = definition.study();
            listed.addObject().put("study", study.name()).put("question", study.question()).put("expected", study.expected().label());
            table.row(study.name(), study.expected().label(), study.question());
        }
        common.writeJson(Json.pretty(root), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(table.within(terminal.tableColumns()));
        }
        return ExitStatus.AS_EXPECTED;
    }

    private ExitStatus plan(Workbench workbench, Request request, StudyTrials trials) throws Exception {
        StudyJob.Shares shares = StudyJob.Shares.of(jobs == null ? 0 : jobs, trials.all().size(), common.threads);
        StudyPlan.Written plan = new StudyPlan(workbench, request, trials, shares.jobs(), shares.threads()).write(terminal.tableColumns());
        common.writeJson(Json.pretty(plan.json()), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(plan.text());
        }
        plan.problems().forEach(problem -> terminal.err().println("fluxo: trial " + problem));
        return plan.problems().isEmpty() ? ExitStatus.AS_EXPECTED : ExitStatus.NOT_AS_EXPECTED;
    }
}
