package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;

/** Whether gradients are steadier with LayerNorm. */
final class NormGradient extends FromStudy {

    NormGradient() {
        super("components", Statement.of("ln-gradient", "LayerNorm stabilises the flow of the gradient")
                .said(Citation.chapter("A aplicação da LayerNorm estabiliza o fluxo do gradiente e a rede FFN adiciona não linearidade à representação do *token*."))
                .group("chapter")
                .about(Scope.NONE)
                .over("the study components, at the first step", "for the seeds trained")
                .expected(Verdict.HOLDS)
                .by("training"));
    }
}
