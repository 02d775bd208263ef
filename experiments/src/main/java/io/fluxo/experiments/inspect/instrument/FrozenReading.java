package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.inspect.ModelContract;
import io.fluxo.layer.Layer;
import io.fluxo.layer.network.MaskedHead;
import io.fluxo.model.ModelSpec;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a model reads logits from the end of its stream, what is not linear frozen in one run: the final norm, BERT's head before the unembedding with its activation as
 * a gate, act(u) = (act(u)/u) · u, and the unembedding.
 */
record FrozenReading(Weights weights, Optional<FrozenNorm> finalNorm, Optional<Head> head, boolean tied) {

    /**
     * @param gates [pos d_model], act(u)/u
     * @param dense [d_model d_model], row-major
     */
    private record Head(String path, double[] dense, double[] bias, double[][] gates, FrozenNorm norm) {}

    static FrozenReading of(Inspected subject, FrozenStream stream, String instrument) {
        ModelContract contract = ModelContract.of(subject.model());
        double cap = subject.spec().get(ModelSpec.OUTPUT_LOGITS_SOFT_CAP);
        contract.require(instrument, cap == 0 ? Optional.empty() : Optional.of(Text.format("output_logits_soft_cap: %s bounds its logits, and what is bounded is no sum", cap)));
        Weights weights = Weights.of(subject);
        Optional<FrozenNorm> norm = !subject.model().hasFinalNorm() ? Optional.empty()
                : Optional.of(frozen(contract, instrument, part(subject.model(), "ln_final"), stream.last(), subject));
        Optional<Head> head = subject.model().parts().stream().filter(MaskedHead.class::isInstance).findFirst()
                .map(layer -> head(contract, instrument, layer, weights, stream.run(), subject));
        return new FrozenReading(weights, norm, head, !weights.cells().containsKey("W_U"));
    }

    private static Layer part(Layer layer, String path) {
        return layer.parts().stream().filter(one -> one.path().equals(path)).findFirst()
                .orElseThrow(() -> new IllegalStateException(Text.format("the model has no %s among its parts", path)));
    }

    private static FrozenNorm frozen(ModelContract contract, String instrument, Layer norm, double[][] input, Inspected subject) {
        Optional<FrozenNorm> frozen = FrozenNorm.of(norm, input, subject.backend());
        contract.require(instrument, frozen.isPresent() ? Optional.empty() : Optional.of(FrozenStream.notAffine(norm)));
        return frozen.orElseThrow();
    }

    private static Head head(ModelContract contract, String instrument, Layer layer, Weights weights, Recording run, Inspected subject) {
        String path = layer.path();
        double[][] pre = run.rowsAt(path + ".hook_pre");
        double[][] post = run.rowsAt(path + ".hook_post");
        double[][] gates = new double[pre.length][pre[0].length];
        for (int i = 0; i < pre.length; i++) {
            for (int c = 0; c < pre[i].length; c++) {
                contract.require(instrument, pre[i][c] == 0 && post[i][c] != 0 ? Optional.of("the activation of its mlm_head makes something of 0, and is no gate") : Optional.empty());
                gates[i][c] = pre[i][c] == 0 ? 0 : post[i][c] / pre[i][c];
            }
        }
        return new Head(path, weights.get(path + ".W_dense"), weights.get(path + ".b_dense"), gates, frozen(contract, instrument, part(layer, path + ".ln"), post, subject));
    }

    /** The direction that reads at the end of the stream what makes {@code token}'s logit; constants are told what else is in it. */
    double[] direction(int position, int token, double sign, Shares constants) {
        double[] direction = Vectors.scaled(tied ? weights.slice("W_E", 0, token) : weights.slice("W_U", 1, token), sign);
        weights.find("b_U").ifPresent(bias -> constants.add(new Origin.Constant("b_U"), sign * bias[token]));
        double[] beforeHead = head.map(one -> throughHead(one, position, direction, constants)).orElse(direction);
        finalNorm.ifPresent(norm -> constants.add(norm.constant(), Vectors.dot(beforeHead, norm.offset())));
        return finalNorm.map(norm -> norm.pullBack(position, beforeHead)).orElse(beforeHead);
    }

    private static double[] throughHead(Head head, int position, double[] direction, Shares constants) {
        constants.add(head.norm.constant(), Vectors.dot(direction, head.norm.offset()));
        double[] gated = head.norm.pullBack(position, direction);
        Arrays.setAll(gated, c -> gated[c] * head.gates[position][c]);
        constants.add(new Origin.Constant(head.path + ".b_dense"), Vectors.dot(gated, head.bias));
        double[] before = new double[gated.length];
        for (int k = 0; k < before.length; k++) {
            before[k] = Vectors.dot(Arrays.copyOfRange(head.dense, k * gated.length, (k + 1) * gated.length), gated);
        }
        return before;
    }
}
