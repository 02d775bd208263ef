package io.fluxo.layer;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.HashMap;
import java.util.Map;

/**
 * What layers keep of the tokens that came before those of a pass, so that a sequence goes on token by token and nothing is computed twice: keys and
 * values of attention. One object belongs to one batch of sequences on one backend; its tensors live in the scope in which {@link #advance} is called.
 */
public final class PastTokens {

    private final Map<String, Tensor> kept = new HashMap<>();
    private final Map<String, Tensor> made = new HashMap<>();
    private int length;
    private boolean asked;

    /** How many tokens came before. */
    public int length() {
        asked = true;
        return length;
    }

    /** Whether anybody has asked {@link #length} since the last {@link #advance}. */
    public boolean isAsked() {
        return asked;
    }

    /** The rows of earlier tokens under {@code name}, and then {@code rows}: [batch n …] → [batch past + n …]. */
    Tensor joined(Pass pass, String name, Tensor rows) {
        Tensor before = kept.get(name);
        Tensor all = before == null ? rows : pass.concat(1, before, rows);
        if (made.put(name, all) != null) {
            throw new IllegalStateException("two layers keep rows under the name " + name);
        }
        return all;
    }

    /**
     * The pass is over: its tokens came before those of the next.
     *
     * @param tokens of the pass
     * @param scope  in which the pass ran; what is kept goes over to the scope around it
     */
    public void advance(int tokens, TensorScope scope, Backend backend) {
        made.forEach((name, rows) -> {
            Tensor before = kept.put(name, scope.keep(rows));
            if (before != null) {
                backend.release(before);
            }
        });
        made.clear();
        length += tokens;
        asked = false;
    }
}
