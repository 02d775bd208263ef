package io.fluxo.inspect;

import io.fluxo.backend.Backend;
import io.fluxo.model.Transformer;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import java.util.Optional;

/**
 * Whether a model's stream is what its blocks declare. The model runs on a few tokens, and what it shows is held against the declarations:
 * <ul>
 * <li>each sum: carry · x + weight · contributions = next x, factors as the run showed them, as far as rounding may carry it: γ_n Σ|terms|, n roundings (Higham 2002, section 4.2);
 * <li>what a block shows as attention's result is what attention returned, and as the network's what the network returned, bit by bit;
 * <li>pattern · v = z, head by head, to γ_m Σ|p||v| over m keys; heads that share keys and values included;
 * <li>a block's output is the next block's input, bit by bit;
 * <li>what is read at the last place of a lens are the model's logits, bit by bit.
 * </ul>
 *
 * @param checked how many equations held
 * @param fault   the first that does not, as a sentence
 */
public record StreamCheck(int checked, Optional<String> fault) {

    /**
     * Runs {@code model}, whose cells are on {@code backend}.
     *
     * @param tokens I32 [batch pos]; a few are enough
     */
    public static StreamCheck of(Transformer model, Backend backend, HostArray tokens) {
        try (TensorScope _ = backend.openScope()) {
            StreamRun run = new StreamRun(model, backend, tokens);
            try {
                run.check();
                return new StreamCheck(run.held(), Optional.empty());
            } catch (StreamRun.Broken broken) {
                return new StreamCheck(run.held(), Optional.of(broken.getMessage()));
            }
        }
    }

    /** Refuses a model whose stream is not what it declares: what is shown of it would mislead. */
    public void require() {
        fault.ifPresent(what -> {
            throw new IllegalStateException("the model's stream is not what its blocks declare: " + what);
        });
    }
}
