package io.fluxo.experiments.verify;

import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.block.Traits.Equations;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Checks claims on candidates, and on mutants as controls. Each worker has its own backends; a verdict depends on claim, block and options alone.
 *
 * @param installed  backends, parts and all claims there are
 * @param claims     those of the claims that are checked
 * @param candidates of which blocks
 * @param controls   the mutants that show each check can fail; where there are none, claims about no block are checked without their faults too
 */
public record Verification(InstalledParts installed, List<Claim> claims, List<Candidate> candidates, List<Mutant> controls, Apparatus.Options options) {

    /** @param workers threads at a time */
    public VerificationResult run(int workers) throws InterruptedException {
        return run(workers, VerificationProgress.NONE);
    }

    /**
     * @param workers  threads at a time
     * @param progress is told how far it is
     */
    public VerificationResult run(int workers, VerificationProgress progress) throws InterruptedException {
        Work work = new Work(progress, expectedSeconds());
        ConcurrentLinkedQueue<Apparatus> made = new ConcurrentLinkedQueue<>();
        ThreadLocal<Apparatus> own = ThreadLocal.withInitial(() -> {
            Apparatus apparatus = new Apparatus(installed.backends(), installed.catalog(), options);
            made.add(apparatus);
            return apparatus;
        });
        Map<Candidate, ProgramCheck> programs = new ConcurrentHashMap<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<VerdictRow>> rows = new ArrayList<>();
            List<Future<Control>> kept = new ArrayList<>();
            List<Future<FaultControl>> planted = new ArrayList<>();
            for (Claim claim : claims) {
                if (claim.scope() == Scope.NONE) {
                    rows.add(pool.submit(row(own, work, programs, claim, Optional.empty())));
                    for (Fault fault : controls.isEmpty() ? List.<Fault>of() : claim.faults()) {
                        planted.add(pool.submit(() -> new FaultControl(claim, fault, work.of(claim, own.get(), apparatus -> planted(apparatus, claim, fault)))));
                    }
                }
                for (Candidate candidate : candidates) {
                    if (isAbout(claim, candidate)) {
                        rows.add(pool.submit(row(own, work, programs, claim, Optional.of(candidate))));
                    }
                }
            }
            for (Mutant mutant : controls) {
                Candidate candidate = mutant.candidate(installed.catalog());
                for (Claim claim : claims) {
                    if (installed.claims().isControl(mutant, claim)) {
                        kept.add(pool.submit(() -> new Control(claim, mutant, judged(own.get(), programs, claim, Optional.of(candidate)).finding())));
                    }
                }
            }
            List<VerdictRow> judged = all(rows);
            List<Control> controlled = all(kept);
            List<FaultControl> found = all(planted);
            Map<Apparatus.Setup, String> refused = new HashMap<>();
            made.forEach(apparatus -> refused.putAll(apparatus.refused()));
            List<Apparatus.Setup> offered = new Apparatus(installed.backends(), installed.catalog(), options).offered();
            return new VerificationResult(judged, controlled, found, options, offered.stream().filter(setup -> !refused.containsKey(setup)).toList(),
                    offered.stream().filter(refused::containsKey).map(setup -> Text.format("%s (%s)", setup, refused.get(setup))).toList());
        } finally {
            made.forEach(Apparatus::close);
        }
    }

    private Callable<VerdictRow> row(ThreadLocal<Apparatus> own, Work work, Map<Candidate, ProgramCheck> programs, Claim claim, Optional<Candidate> candidate) {
        return () -> {
            long begin = System.nanoTime();
            Judged judged = work.of(claim, own.get(), apparatus -> judged(apparatus, programs, claim, candidate));
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new VerdictRow(claim, candidate.map(Candidate::label).orElse(""), judged.finding(), judged.expected(), seconds);
        };
    }

    /** Whether there is a row of {@code claim} for {@code candidate}; one of another design gets a row that says so. */
    private static boolean isAbout(Claim claim, Candidate candidate) {
        return claim.scope() != Scope.NONE && (claim.scope().covers(candidate.equations()) || candidate.equations() == Equations.OTHER);
    }

    /** How long all checks take on one core, roughly. */
    private double expectedSeconds() {
        double seconds = 0;
        for (Claim claim : claims) {
            long blocks = candidates.stream().filter(candidate -> isAbout(claim, candidate)).count();
            seconds += claim.seconds() * (claim.scope() == Scope.NONE ? 1 + (controls.isEmpty() ? 0 : claim.faults().size()) : blocks);
        }
        return seconds;
    }

    private Finding planted(Apparatus apparatus, Claim claim, Fault fault) {
        return judged(apparatus.with(fault.plant().apply(installed.catalog())), Map.of(), claim, Optional.empty()).finding();
    }

    private static boolean supports(Finding finding) {
        return finding.verdict() == Verdict.PROVED || finding.verdict() == Verdict.HOLDS;
    }

    /** A finding beside what was expected of it. */
    private record Judged(Finding finding, Verdict expected) {}

    private Judged judged(Apparatus apparatus, Map<Candidate, ProgramCheck> programs, Claim claim, Optional<Candidate> candidate) {
        try {
            Optional<String> inapplicable = candidate.flatMap(claim::inapplicable);
            if (inapplicable.isPresent()) {
                return new Judged(Finding.skipped(inapplicable.get()), Verdict.SKIPPED);
            }
            Finding checked = claim.check(candidate.orElse(null), apparatus);
            Finding finding = checked == null || !supports(checked) ? checked
                    : candidate.map(one -> ofProgram(checked, programs.computeIfAbsent(one, _ -> ProgramCheck.of(one, apparatus)))).orElse(checked);
            if (finding == null) {
                throw new BrokenPartException(Text.format("%s returned null instead of a finding", Origin.of(claim.getClass())));
            }
            return new Judged(finding, saysNothing(claim, candidate, finding) ? Verdict.SKIPPED : expected(claim, candidate));
        } catch (BackendUnavailableException | OutOfMemoryError noFaultOfTheBlock) {
            throw noFaultOfTheBlock;
        } catch (RuntimeException | Error broken) {
            // nothing was proved, measured or refuted; the claim's own verdict stays expected, so that it does not pass unnoticed
            return new Judged(Finding.skipped("cannot be examined: " + installed.blame().message(broken)), expected(claim, candidate));
        }
    }

    /** What {@code checked} comes to, given which program ran. */
    private static Finding ofProgram(Finding checked, ProgramCheck check) {
        if (check.difference().isPresent()) {
            return Finding.undecided(checked.theory(), check.difference().get());
        }
        Finding finding = checked.verdict() == Verdict.PROVED ? checked.derived(check.ran()) : checked;
        return check.asked().map(sizes -> finding.limited(Text.format("not for all sizes: the block asks for the size of %s, so this concerns the sizes that ran", sizes)))
                .orElse(finding);
    }

    private static Verdict expected(Claim claim, Optional<Candidate> candidate) {
        return candidate.map(claim::expectedOf).orElse(claim.expected());
    }

    /** A block may lack what a claim speaks of, and a study may not have been run; neither is a surprise. */
    private static boolean saysNothing(Claim claim, Optional<Candidate> candidate, Finding finding) {
        boolean other = candidate.map(Candidate::equations).filter(equations -> equations == Equations.OTHER).isPresent();
        return finding.verdict() == Verdict.SKIPPED && finding.theory().isEmpty() && (other || claim.needsInput());
    }

    private static <T> List<T> all(List<Future<T>> futures) throws InterruptedException {
        List<T> values = new ArrayList<>();
        for (Future<T> future : futures) {
            try {
                values.add(future.get());
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof RuntimeException unchecked) {
                    throw unchecked;
                }
                if (failed.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException(failed.getCause());
            }
        }
        return values;
    }
}
