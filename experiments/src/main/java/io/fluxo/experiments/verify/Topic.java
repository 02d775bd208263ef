package io.fluxo.experiments.verify;

import io.fluxo.block.Traits;
import io.fluxo.experiments.spec.Values;
import io.fluxo.layer.ChapterNorm;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.text.Text;
import java.util.Optional;

/** What a claim may speak of. A block, or the model it is examined in, may have it otherwise; then there is nothing to check. */
public enum Topic {

    /** softmax(qKᵀ/√d_head)V, each head with keys and values of its own. */
    ATTENTION {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return MIXING.departure(candidate).or(() -> candidate.spec().flatMap(spec -> {
                if (spec.attention().standard() != AttentionKind.SOFTMAX) {
                    return Optional.of(Text.format("the model's attention is %s, not softmax", Values.label(spec.attention().standard())));
                }
                if (spec.keyValueHeads(0) != spec.nHeads().standard()) {
                    return Optional.of("the model's heads share keys and values");
                }
                if (spec.qkNorm().standard()) {
                    return Optional.of("the model normalises queries and keys");
                }
                return spec.positions() == PositionKind.ROPE || spec.positions() == PositionKind.ALIBI
                        ? Optional.of(Text.format("the model's scores depend on positions (%s)", Values.label(spec.positions()))) : Optional.empty();
            }));
        }
    },

    /** An attention sub-layer that lets tokens see each other. */
    MIXING {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return candidate.spec().map(spec -> spec.attention().standard())
                    .filter(kind -> kind == AttentionKind.NONE || kind == AttentionKind.SELF_ONLY)
                    .map(kind -> Text.format("with attention %s no token sees another", Values.label(kind)));
        }
    },

    /** Attention as the only way between tokens. */
    ONLY_WAY {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return MIXING.departure(candidate).or(() -> candidate.inTraining()
                    ? Optional.of("in training batch_norm lets tokens see each other past attention") : Optional.empty());
        }
    },

    /** t2 = t1 + x: what attention returns and what was there, each with weight 1. */
    SUM {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return candidate.traits().sum().or(() -> MIXING.departure(candidate)).or(() -> residual(candidate));
        }
    },

    /** Residual connections that carry x on as it is. */
    RESIDUAL {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return residual(candidate);
        }
    },

    /** t1, what attention returns, as the block shows it at hook_attn_out. */
    RESULT {
        @Override
        public Optional<String> departure(Candidate candidate) {
            Traits traits = candidate.traits();
            return traits.showsResult() ? Optional.empty() : traits.sum();
        }
    },

    /** (x − μ)/√(σ² + ε). */
    NORM {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return candidate.norm().filter(norm -> !(norm instanceof ChapterNorm))
                    .map(norm -> Text.format("the model's norm is %s, not layer_norm", candidate.spec().orElseThrow().norm().standard()));
        }
    },

    /** A feed-forward network of two projections with a nonlinearity between. */
    NETWORK {
        @Override
        public Optional<String> departure(Candidate candidate) {
            if (candidate.changesTheHiddenLayer()) {
                return Optional.of("the feed-forward network has a norm within");
            }
            return candidate.spec().flatMap(spec -> !spec.ffn().standard() ? Optional.of("the model's blocks have no feed-forward network")
                    : spec.actFn().standard().isGated() ? Optional.of(Text.format("the model's feed-forward network is gated (%s)",
                            Values.label(spec.actFn().standard()))) : Optional.empty());
        }
    };

    /** What of it {@code candidate} has otherwise, as a sentence; empty where nothing. */
    public abstract Optional<String> departure(Candidate candidate);

    private static Optional<String> residual(Candidate candidate) {
        return candidate.spec().map(spec -> spec.residual().standard()).filter(kind -> kind != ResidualKind.IDENTITY)
                .map(kind -> Text.format("the model's residual connection is %s", Values.label(kind)));
    }
}
