package io.fluxo.experiments.verify;

import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.proof.ProvedProgram;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a block runs the program that is proved: on every backend and type, in evaluation and in training, at several sizes, and more than once. A block
 * that looks at any of these and then does something else is not covered by a proof, nor by cases tried at other sizes.
 */
final class ProgramCheck {

    private static final int LAYERS = 2;
    private static final int LONGEST = 32;

    /** Sequences, and tokens of each. */
    private static final List<List<Integer>> SIZES = List.of(List.of(2, 4), List.of(1, 1), List.of(3, 5), List.of(2, 8), List.of(1, LONGEST), List.of(2, 4));

    private ProgramCheck() {}

    /** What {@code candidate} ran as another program than the proved one, as a sentence; empty where it did not. */
    static Optional<String> difference(Candidate candidate, Apparatus apparatus) {
        ModelSpec spec = candidate.small(LAYERS).with(N_CTX, LONGEST);
        List<Apparatus.Setup> setups = new ArrayList<>(apparatus.everyBackend());
        for (Apparatus.Setup setup : setups) {
            Optional<String> found = difference(spec, candidate, apparatus.backend(setup), setup);
            if (found.isPresent()) {
                return found.map(how -> Text.format("what runs on %s is another program than the one that is proved: %s", setup, how));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> difference(ModelSpec spec, Candidate candidate, Backend backend, Apparatus.Setup setup) {
        Transformer model = ModelBuilder.transformer(spec, candidate.models());
        ProvedProgram proved = new ProvedProgram(spec, candidate.models());
        RandomKey key = RandomKey.of(1);
        try (TensorScope _ = backend.openScope()) {
            model.initialize(backend, setup.dtype(), key);
            proved.over(model);
            for (List<Integer> size : SIZES) {
                var tokens = backend.upload(tokens(size.get(0), size.get(1), spec.get(D_VOCAB)));
                model.forward(Pass.evaluation(backend), tokens);
                model.forward(Pass.training(backend, key), tokens);
            }
        }
        return proved.difference();
    }

    private static HostArray tokens(int batch, int pos, int vocabulary) {
        int[] ids = new int[batch * pos];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % vocabulary;
        }
        return HostArray.of(Shape.of(batch, pos), ids);
    }
}
