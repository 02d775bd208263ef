package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import java.util.List;

/** No computation here decides it. */
final class NotTestable extends Claim {

    static final List<NotTestable> ALL = List.of(
            new NotTestable("speaks of trained systems for tasks that no study here has",
                    Statement.of("not-testable-tasks", "This is essential for translation, summarisation and text generation")
                            .said(Citation.chapter("Ao permitir que cada *token* tenha sua representação moldada pelo contexto da sequência, o modelo se torna "
                                    + "capaz de aprender dependências de longo alcance e relacionamentos complexos entre os *tokens*, o que é "
                                    + "essencial para tarefas como tradução, resumo e geração de texto."))
                            .group("chapter")
                            .about(Scope.NONE)
                            .expected(Verdict.NOT_TESTABLE)),

            new NotTestable("says neither what complexity is nor how it would be measured",
                    Statement.of("not-testable-complexity", "Many layers let the model learn ever more complex representations")
                            .said(Citation.chapter("A modularidade do *transformer* e a invariância da dimensionalidade ao longo do *residual stream*, permitem que "
                                    + "a informação flua através de várias camadas, possibilitando que o modelo aprenda representações cada vez mais "
                                    + "complexas."))
                            .group("chapter")
                            .about(Scope.NONE)
                            .expected(Verdict.NOT_TESTABLE)),

            new NotTestable("a judgement about a field, not about a computation",
                    Statement.of("not-testable-success", "Modulation and preserved dimension are the keys to the transformers' success")
                            .said(Citation.chapter("A modulação contextual promovida pela autoatenção, combinada com a preservação da dimensionalidade ao longo do "
                                    + "*residual stream*, são as chaves para o sucesso dos *transformers* na modelagem da linguagem e tarefas "
                                    + "relacionadas."))
                            .group("chapter")
                            .about(Scope.NONE)
                            .expected(Verdict.NOT_TESTABLE)));

    private final String why;

    private NotTestable(String why, Statement statement) {
        super(statement);
        this.why = why;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Finding.notTestable(why);
    }
}
