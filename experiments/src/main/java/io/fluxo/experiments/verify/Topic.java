package io.fluxo.experiments.verify;

import io.fluxo.block.Traits;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Values;
import io.fluxo.layer.norm.ChapterNorm;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.text.Text;
import java.util.Optional;

/**
 * A part of the chapter's design that a claim speaks about. Where a block, or the model it is examined in, departs from it, the claim is not checked.
 */
public enum Topic {

    /** softmax(qKᵀ/√d_head)V, each head with keys and values of its own. */
    ATTENTION {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return MIXING.departure(candidate).or(() -> normsWithin(candidate)).or(() -> candidate.spec().flatMap(spec -> {
                LayerSpec layer = spec.layer(0);
                if (layer.attention(candidate.catalog()).equations() != AttentionTraits.AttentionEquation.CHAPTER) {
                    return Optional.of(Text.format("the model's attention is %s, not softmax", layer.get(ModelSpec.ATTENTION)));
                }
                if (layer.keyValueHeads() != layer.get(ModelSpec.N_HEADS)) {
                    return Optional.of("the model's heads share keys and values");
                }
                if (layer.get(ModelSpec.QK_NORM)) {
                    return Optional.of("the model normalises queries and keys");
                }
                if (layer.get(ModelSpec.ATTN_SCALE) != 0) {
                    return Optional.of(Text.format("the model divides scores by %s, not by √d_head", layer.get(ModelSpec.ATTN_SCALE)));
                }
                if (layer.get(ModelSpec.ATTN_SCORES_SOFT_CAP) > 0) {
                    return Optional.of("the model bounds its scores");
                }
                Choice positions = spec.get(ModelSpec.POSITIONS);
                return candidate.catalog().part(PositionKind.KIND, positions).traits().throughScores()
                        ? Optional.of(Text.format("the model's scores depend on positions (%s)", positions)) : Optional.empty();
            }));
        }
    },

    /** An attention sub-layer that lets tokens see each other. */
    MIXING {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return candidate.spec().map(spec -> spec.layer(0)).filter(layer -> !layer.attention(candidate.catalog()).mixes())
                    .map(layer -> Text.format("with attention %s no token sees another", layer.get(ModelSpec.ATTENTION)));
        }
    },

    /** Attention as the only way between tokens. */
    ONLY_WAY {
        @Override
        public Optional<String> departure(Candidate candidate) {
            return MIXING.departure(candidate).or(() -> candidate.inTraining()
                    ? Optional.of(Text.format("in training %s lets tokens see each other past attention", candidate.spec().orElseThrow().get(ModelSpec.NORM).standard()))
                    : Optional.empty());
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
                    .map(norm -> Text.format("the model's norm is %s, not layer_norm", candidate.spec().orElseThrow().get(ModelSpec.NORM).standard()));
        }
    },

    /** A feed-forward network of two projections with a nonlinearity between. */
    NETWORK {
        @Override
        public Optional<String> departure(Candidate candidate) {
            if (candidate.changesTheHiddenLayer()) {
                return Optional.of("the feed-forward network has a norm within");
            }
            return candidate.spec().map(spec -> spec.layer(0)).flatMap(layer -> {
                Choice activation = layer.get(ModelSpec.ACT_FN);
                if (!layer.get(ModelSpec.FFN)) {
                    return Optional.of("the model's blocks have no feed-forward network");
                }
                ActFn known = candidate.catalog().part(ActFn.KIND, activation);
                if (known.isGated()) {
                    return Optional.of(Text.format("the model's feed-forward network is gated (%s)", activation));
                }
                return known.scalar().isPresent() ? Optional.empty()
                        : Optional.of(Text.format("act_fn %s does not say which function of one number it is", activation));
            });
        }
    };

    /** How {@code candidate} departs from it, as a sentence; empty where it does not. */
    public abstract Optional<String> departure(Candidate candidate);

    private static Optional<String> normsWithin(Candidate candidate) {
        return candidate.normsWithinAttention() ? Optional.of("the block normalises queries, keys and values within attention") : Optional.empty();
    }

    private static Optional<String> residual(Candidate candidate) {
        return candidate.spec().map(spec -> spec.get(ModelSpec.RESIDUAL).standard()).filter(kind -> kind != ResidualKind.IDENTITY)
                .map(kind -> Text.format("the model's residual connection is %s", Values.label(kind)));
    }
}
