package io.fluxo.experiments.verify.algebra;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.OneStreamBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.Symbols;
import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidates;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.InstalledParts;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.Verification;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.layer.Pass;
import io.fluxo.plugin.Catalog;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlgebraClaimsTest {

    private static final InstalledParts INSTALLED = Laboratory.open(Optional.empty()).installed();

    /** Of another seed than that of the chapter's claims, and with few cases: the verdicts may depend on neither. */
    private static final Apparatus.Options OPTIONS = new Apparatus.Options(new Apparatus.Setup("ejml", DType.F64), 0, 3, 12, Path.of("no-runs"), Optional.empty());

    @Test
    void everyVerdictIsAsExpectedAndEveryFaultIsSeen() throws InterruptedException {
        VerificationResult result = new Verification(INSTALLED, AlgebraClaims.all(), Candidates.standard(INSTALLED.catalog()), INSTALLED.claims().mutants(), OPTIONS).run(2);
        assertThat(result.rows()).hasSameSizeAs(AlgebraClaims.all()).allSatisfy(row -> assertThat(row.finding().verdict())
                .as("%s: %s %s", row.claim().id(), row.finding().measured(), row.finding().counterexample()).isEqualTo(row.claim().expected()));
        assertThat(result.faults()).isNotEmpty().allSatisfy(control -> assertThat(control.finding().verdict())
                .as("%s under %s: %s", control.claim().id(), control.fault().name(), control.finding().measured()).isEqualTo(control.fault().seen()));
    }

    /** A placement that nobody here knows, once with a declaration of its stream and once without. */
    @Test
    void residualSumGoesByWhatAPlacementDeclares() {
        Catalog more = INSTALLED.catalog().plus(Placement.KIND, "declared", Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS))
                .plus(Placement.KIND, "undeclared", Placement.of(Undeclared::new, true));
        try (Apparatus apparatus = new Apparatus(INSTALLED.backends(), more, OPTIONS)) {
            Finding finding = new ResidualSum().check(null, apparatus);
            assertThat(finding.verdict()).isEqualTo(Verdict.HOLDS);
            assertThat(finding.derivation()).anySatisfy(line -> assertThat(line).startsWith("declared: plain sum, exact to"))
                    .anySatisfy(line -> assertThat(line).startsWith("undeclared: refused, ").contains("blocks.0 (Undeclared) declares nothing about its stream"))
                    .anySatisfy(line -> assertThat(line).startsWith("post: sum of terms carried through norms at frozen σ, exact to"))
                    .anySatisfy(line -> assertThat(line).startsWith("mix_ln: sum of terms carried through norms at frozen σ, exact to"))
                    .anySatisfy(line -> assertThat(line).startsWith("post: refused, ").contains("(DynamicTanh) is not affine"))
                    .noneSatisfy(line -> assertThat(line).startsWith("undeclared: plain"));
        }
    }

    private static final class Undeclared extends OneStreamBlock {

        Undeclared(Placement.Parts parts) {
            super(parts, Symbols.BARE);
            present(attention);
            present(mlp);
        }

        @Override
        protected Tensor attend(Pass pass, Tensor x, Tensor context) {
            return pass.at(residMid, pass.add(x, pass.at(attnOut, attention.forward(pass, x, context))));
        }

        @Override
        protected Tensor transform(Pass pass, Tensor t2) {
            return pass.at(residPost, pass.add(t2, pass.at(mlpOut, mlp.forward(pass, t2))));
        }
    }
}
