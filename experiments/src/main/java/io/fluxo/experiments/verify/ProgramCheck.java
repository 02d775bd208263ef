package io.fluxo.experiments.verify;

import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_LAYERS;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.proof.ProvedProgram;
import io.fluxo.proof.TokenTheorem;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether a block runs the program that is proved, and whether its values are finite, as proofs assume: on every backend and type, in evaluation and in
 * training, at several sizes, at those of its model, and more than once. A block that looks at any of these and then does something else is not covered by a
 * proof, nor by cases tried at other sizes.
 *
 * @param difference what ran as another program than the proved one, or was not finite, as a sentence; empty where nothing did
 * @param asked      the sizes that the block asks for as numbers, so that what is said concerns the sizes that ran; empty where it asks for none
 * @param ran        what was compared, as sentences
 */
record ProgramCheck(Optional<String> difference, Optional<String> asked, List<String> ran) {

    private static final int LAYERS = 2;
    private static final int LONGEST = 32;

    /** Products of parameters and tokens in one pass, beyond which a model is not run at its own size: some seconds on the slowest backend. */
    private static final long MOST = 100_000_000;

    /** The same where tokens are followed. */
    private static final long MOST_FOLLOWED = 3_000_000;

    /** A batch of sequences of {@code pos} tokens. */
    private record Size(int batch, int pos) {
        @Override
        public String toString() {
            return batch + " × " + pos;
        }
    }

    private static final List<Size> SIZES = List.of(new Size(2, 4), new Size(1, 1), new Size(3, 5), new Size(2, 8), new Size(1, LONGEST), new Size(2, 4));

    static ProgramCheck of(Candidate candidate, Apparatus apparatus) {
        List<Run> runs = new ArrayList<>(List.of(new Run(candidate.proved(LAYERS).with(N_CTX, LONGEST), SIZES)));
        Optional<ModelSpec> own = candidate.own();
        Optional<Size> fits = own.flatMap(spec -> fitting(candidate, spec));
        fits.ifPresent(size -> runs.add(new Run(own.orElseThrow(), List.of(size, size))));
        List<String> ran = new ArrayList<>();
        Optional<String> asked = Optional.empty();
        for (Apparatus.Setup setup : apparatus.everyBackend()) {
            for (Run run : runs) {
                ProvedProgram proved = new ProvedProgram(run.spec, candidate.models());
                FiniteValues values = new FiniteValues(apparatus.backend(setup));
                run.on(values, setup.dtype(), ModelBuilder.transformer(run.spec, candidate.models()), proved);
                Optional<String> other = proved.difference().map(how -> Text.format("what runs on %s is another program than the one that is proved: %s", setup, how))
                        .or(() -> values.offence().map(how -> Text.format("proofs assume that values are finite, and on %s they are not: %s", setup, how)));
                if (other.isPresent()) {
                    return new ProgramCheck(other, Optional.empty(), List.of());
                }
                asked = asked.or(proved::asked);
                ran.add(Text.format("the program that is proved runs on %s, %s; all values are finite, the largest is %s", setup, run.described(),
                        Digits.text(values.largest())));
            }
        }
        if (own.isPresent() && fits.isEmpty()) {
            ran.add(Text.format("not run at the model's own size, which is too large for that: %s", described(own.get())));
        }
        Optional<String> seen = asked.isPresent() ? runs.stream().flatMap(run -> run.followed(candidate).stream()).findFirst() : Optional.empty();
        return new ProgramCheck(seen, asked, ran);
    }

    /** The most tokens of the model's context that are run; empty where one would be too many. */
    private static Optional<Size> fitting(Candidate candidate, ModelSpec own) {
        int tokens = (int) Math.min(own.get(N_CTX), MOST / ModelBuilder.transformer(own, candidate.models()).parameterCount());
        return tokens == 0 ? Optional.empty() : Optional.of(new Size(1, tokens));
    }

    private static String described(ModelSpec spec) {
        return Text.format("d_model %d, %s", spec.get(D_MODEL), Text.count(spec.get(N_LAYERS), "layer"));
    }

    /** Passes of one model. */
    private record Run(ModelSpec spec, List<Size> sizes) {

        private void on(Backend backend, DType dtype, Transformer model, ProvedProgram proved) {
            RandomKey key = RandomKey.of(1);
            try (TensorScope _ = backend.openScope()) {
                model.initialize(backend, dtype, key);
                proved.over(model);
                for (Size size : sizes) {
                    var tokens = backend.upload(tokens(size, spec.get(D_VOCAB)));
                    model.forward(Pass.evaluation(backend), tokens);
                    model.forward(Pass.training(backend, key), tokens);
                }
            }
        }

        /**
         * Where a token is seen that must not be, at one of these sizes, as a sentence. A model that asks for sizes runs another program at each, so that what is
         * proved at one says nothing of the others.
         */
        private Optional<String> followed(Candidate candidate) {
            if (ModelBuilder.transformer(spec, candidate.models()).parameterCount() * sizes.getLast().pos > MOST_FOLLOWED) {
                return Optional.of(Text.format("the block asks for sizes, and tokens cannot be followed at that of the model (%s)", ProgramCheck.described(spec)));
            }
            return sizes.stream().distinct().flatMap(size -> TokenTheorem.ofWhole(spec, candidate.models(), size.batch, size.pos).failure()
                    .map(how -> Text.format("the block asks for sizes, and at %s tokens %s", size, how)).stream()).findFirst();
        }

        private static HostArray tokens(Size size, int vocabulary) {
            return HostArray.of(Shape.of(size.batch, size.pos), IntStream.range(0, size.batch * size.pos).map(i -> i % vocabulary).toArray());
        }

        private String described() {
            return Text.format("%s: in evaluation and in training, %s tokens", ProgramCheck.described(spec), sizes.stream().distinct().map(Size::toString).collect(Collectors.joining(", ")));
        }
    }
}
