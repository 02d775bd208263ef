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
import io.fluxo.experiments.inspect.instrument.Circuits;
import io.fluxo.experiments.inspect.instrument.Contrast;
import io.fluxo.experiments.inspect.instrument.HeadScores;
import io.fluxo.experiments.inspect.instrument.JacobianLens;
import io.fluxo.experiments.inspect.instrument.LogitLens;
import io.fluxo.experiments.inspect.instrument.Patching;
import io.fluxo.experiments.inspect.instrument.StreamFigures;
import io.fluxo.experiments.inspect.instrument.TunedLens;
import io.fluxo.experiments.inspect.instrument.ValueWeights;
import io.fluxo.generate.Decoding;
import io.fluxo.generate.Sampler;
import io.fluxo.inspect.MeaninglessInstrumentException;
import io.fluxo.inspect.StreamCheck;
import io.fluxo.random.RandomKey;
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

    private static final int OWN_TEXTS = 16;
    private static final int OWN_LENGTH = 64;
    private static final int TUNING_STEPS = 300;
    private static final Sampler AS_IT_IS = new Sampler(1, Integer.MAX_VALUE, 1);

    private final Inspected subject;
    private final List<String> refused = new ArrayList<>();

    private Inspector(Inspected subject) {
        this.subject = subject;
    }

    /**
     * What is asked for besides what is always shown.
     *
     * @param ablations {@code HOOK[INDEX]=zero|mean}
     * @param lens      by which the stream is read
     * @param attribute whether the last position's most probable logit is taken apart
     * @param corrupted a second prompt, with as many tokens, for patching
     */
    public record Asked(int[] ids, Lens lens, boolean attribute, List<String> ablations, Optional<int[]> corrupted, long seed) {}

    /** How the stream is read before its end. */
    public enum Lens {
        /** As if the model ended there. */
        LOGIT,
        /** Through the mean Jacobian of the layers that follow. */
        JACOBIAN,
        /** Through an affine map that is trained on texts of the model's own. */
        TUNED
    }

    /** @param label what a token id stands for */
    public static Inspection inspect(Inspected subject, Asked asked, IntFunction<String> label) {
        return new Inspector(subject).inspect(asked, label);
    }

    private Inspection inspect(Asked asked, IntFunction<String> label) {
        int[] ids = asked.ids();
        StreamCheck check = StreamCheck.of(subject.model(), subject.backend(), tokens(ids));
        Optional<LogitLens> lens = unlessMeaningless(() -> lens(asked));
        Optional<Attribution> attribution = asked.attribute() ? unlessMeaningless(() -> Attribution.of(subject, ids)) : Optional.empty();
        Optional<HeadScores> scores = repeats() < 2 ? Optional.empty() : Optional.of(HeadScores.of(subject, subject.spec().get(D_VOCAB), repeats(), asked.seed()));
        Optional<Ablation> ablation = asked.ablations().isEmpty() ? Optional.empty() : Optional.of(Ablation.of(subject, ids, asked.ablations()));
        Optional<Patching> patching = asked.corrupted().map(other -> Patching.of(subject, Contrast.of(subject, ids, other)));
        Circuits circuits = Circuits.of(subject);
        circuits.againstQk().ifPresent(reason -> refused.add("the QK circuit has no meaning on this model: " + reason));
        circuits.againstOv().ifPresent(reason -> refused.add("the OV circuit has no meaning on this model: " + reason));
        return new Inspection(subject.name(), shape(), subject.model().parameterCount(), check, ids, Arrays.stream(ids).mapToObj(label).toList(), StreamFigures.of(subject, ids), lens,
                AttentionPatterns.of(subject, ids), ValueWeights.of(subject, ids), circuits, scores, attribution, ablation, patching, List.copyOf(refused));
    }

    private LogitLens lens(Asked asked) {
        return switch (asked.lens()) {
            case LOGIT -> LogitLens.of(subject, asked.ids());
            case JACOBIAN -> LogitLens.through(JacobianLens.of(subject, List.of(asked.ids())), subject, asked.ids());
            case TUNED -> LogitLens.through(TunedLens.trained(subject, ownTexts(asked.seed()), new TunedLens.Training(TUNING_STEPS, 1e-3, asked.seed())), subject, asked.ids());
        };
    }

    /** Sequences that the model makes by itself, each from another token on. */
    private List<int[]> ownTexts(long seed) {
        RandomKey key = RandomKey.of(seed).split("tuned lens");
        List<int[]> texts = new ArrayList<>();
        for (int text = 0; text < OWN_TEXTS; text++) {
            RandomKey draws = key.split(text);
            try (Decoding decoding = new Decoding(subject.model(), subject.backend(), subject.spec().get(N_CTX))) {
                int next = draws.below(subject.spec().get(D_VOCAB), 0);
                for (int i = 1; i < Math.min(OWN_LENGTH, subject.spec().get(N_CTX)); i++) {
                    next = AS_IT_IS.choose(decoding.after(next), draws.uniform(i));
                }
                texts.add(decoding.tokens());
            }
        }
        return texts;
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
