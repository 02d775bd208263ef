package io.fluxo.experiments.inspect.view;

import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.instrument.Ablation;
import io.fluxo.experiments.inspect.instrument.AttentionPatterns;
import io.fluxo.experiments.inspect.instrument.Contrast;
import io.fluxo.experiments.inspect.instrument.HeadScores;
import io.fluxo.experiments.inspect.instrument.LogitLens;
import io.fluxo.experiments.inspect.instrument.Patching;
import io.fluxo.experiments.inspect.instrument.StreamFigures;
import io.fluxo.inspect.MeaninglessInstrumentException;
import io.fluxo.inspect.StreamCheck;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Puts the instruments to one model and one prompt. */
public final class Inspector {

    /** Tokens with which the stream is checked. */
    private static final int CHECKED = 8;

    /** Tokens that are repeated to find out what heads do. */
    private static final int REPEATED = 24;

    private final Inspected subject;
    private final List<String> refused = new ArrayList<>();

    private Inspector(Inspected subject) {
        this.subject = subject;
    }

    /**
     * What is asked for besides what is always shown.
     *
     * @param ablations {@code HOOK[INDEX]=zero|mean}
     * @param corrupted a second prompt, with as many tokens, for patching
     */
    public record Asked(int[] ids, List<String> ablations, Optional<int[]> corrupted, long seed) {}

    /** @param label what a token id stands for */
    public static Inspection inspect(Inspected subject, Asked asked, IntFunction<String> label) {
        return new Inspector(subject).inspect(asked, label);
    }

    private Inspection inspect(Asked asked, IntFunction<String> label) {
        int[] ids = asked.ids();
        StreamCheck check = StreamCheck.of(subject.model(), subject.backend(), tokens(ids));
        Optional<LogitLens> lens = unlessMeaningless(() -> LogitLens.of(subject, ids));
        Optional<HeadScores> scores = repeats() < 2 ? Optional.empty() : Optional.of(HeadScores.of(subject, subject.spec().get(D_VOCAB), repeats(), asked.seed()));
        Optional<Ablation> ablation = asked.ablations().isEmpty() ? Optional.empty() : Optional.of(Ablation.of(subject, ids, asked.ablations()));
        Optional<Patching> patching = asked.corrupted().map(other -> Patching.of(subject, Contrast.of(subject, ids, other)));
        return new Inspection(subject.name(), shape(), subject.model().parameterCount(), check, ids, Arrays.stream(ids).mapToObj(label).toList(), StreamFigures.of(subject, ids), lens,
                AttentionPatterns.of(subject, ids), scores, ablation, patching, List.copyOf(refused));
    }

    private <T> Optional<T> unlessMeaningless(Supplier<T> instrument) {
        try {
            return Optional.of(instrument.get());
        } catch (MeaninglessInstrumentException meaningless) {
            refused.add(meaningless.getMessage());
            return Optional.empty();
        }
    }

    private static HostArray tokens(int[] ids) {
        int[] some = Arrays.copyOf(ids, Math.min(CHECKED, ids.length));
        return HostArray.of(Shape.of(1, some.length), some);
    }

    private int repeats() {
        return Math.min(REPEATED, subject.spec().get(N_CTX) / 2);
    }

    private String shape() {
        return Text.format("%s, width %d, %s, %s", Text.count(subject.spec().get(N_LAYERS), "layer"), subject.spec().get(D_MODEL),
                Text.count(subject.spec().get(N_HEADS).standard(), "head"), subject.spec().get(PLACEMENT).standard());
    }
}
