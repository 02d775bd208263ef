package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;

/** Whether recurrent networks find hard to learn what a transformer learns. */
final class RecallTrained extends FromStudy {

    RecallTrained() {
        super("recall", Statement.of("theorem-2-trained", "… and that RNNs find hard to learn")
                .said(Citation.chapter("A combinação da autoatenção com as conexões residuais e o *residual stream* garante que o *transformer* consiga modelar "
                        + "dependências complexas entre *tokens*, superando as limitações de modelos como os *RNNs* e os modelos *n-gram* que têm "
                        + "dificuldades em capturar dependências de longo alcance."))
                .group("chapter")
                .about(Scope.NONE)
                .over("the study recall", "for the seeds trained")
                .expected(Verdict.HOLDS)
                .by("training"));
    }
}
