package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;

/** Whether training goes better with residual connections. */
final class ResidualTrains extends FromStudy {

    ResidualTrains() {
        super("components", Statement.of("residual-trains", "The residual connection facilitates training")
                .said(Citation.chapter("Esta adição residual garante a preservação da informação original e facilita o treinamento da rede."))
                .group("chapter")
                .about(Scope.NONE)
                .over("the study components", "for the seeds trained")
                .expected(Verdict.HOLDS)
                .by("training"));
    }
}
