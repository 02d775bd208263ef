package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.N_HEADS;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.layer.Parameter;
import io.fluxo.model.LayerSpec;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much attention moves, and not only where it looks (Kobayashi et al. 2020): ‖α_ij·v_j·W_O‖. A head may attend to a token whose value is nearly zero.
 *
 * @param heads in the order of the pass
 */
public record ValueWeights(List<Head> heads) {

    /** @param norms [query key] */
    public record Head(int layer, int head, double[][] norms) {}

    /** Of all layers whose attention has a pattern, values and W_O. */
    public static ValueWeights of(Inspected subject, int[] ids) {
        Recording run = Recording.of(subject, ids, point -> point.name().endsWith(".attn.hook_pattern") || point.name().endsWith(".attn.hook_v"));
        Map<String, Parameter> parameters = subject.model().parameters().stream().collect(Collectors.toMap(Parameter::name, parameter -> parameter));
        List<Head> heads = new ArrayList<>();
        for (AttentionPatterns.Head head : AttentionPatterns.of(run).heads()) {
            String path = "blocks." + head.layer() + ".attn.";
            if (run.values().containsKey(path + "hook_v") && parameters.containsKey(path + "W_O")) {
                heads.add(new Head(head.layer(), head.head(), weighted(head, lengths(subject, head, run.at(path + "hook_v"), parameters.get(path + "W_O")))));
            }
        }
        return new ValueWeights(heads);
    }

    private static double[][] weighted(AttentionPatterns.Head head, double[] lengths) {
        double[][] norms = new double[head.pattern().length][];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = head.pattern()[i].clone();
            for (int j = 0; j < norms[i].length; j++) {
                norms[i][j] *= lengths[j];
            }
        }
        return norms;
    }

    /** ‖v_j·W_O‖ of one head, for each position j; v is [1 pos head d_v]. */
    private static double[] lengths(Inspected subject, AttentionPatterns.Head head, HostArray v, Parameter output) {
        LayerSpec layer = subject.spec().layers().get(head.layer());
        double[] w = subject.backend().download(output.value()).toDoubles();
        double[] values = v.toDoubles();
        int dModel = output.shape().size(1);
        int valueHeads = v.shape().size(2);
        int width = v.shape().size(3);
        int valueHead = head.head() / (layer.get(N_HEADS) / valueHeads);
        double[] lengths = new double[v.shape().size(1)];
        for (int j = 0; j < lengths.length; j++) {
            double square = 0;
            for (int c = 0; c < dModel; c++) {
                double moved = 0;
                for (int k = 0; k < width; k++) {
                    moved += values[(j * valueHeads + valueHead) * width + k] * w[(head.head() * width + k) * dModel + c];
                }
                square += moved * moved;
            }
            lengths[j] = Math.sqrt(square);
        }
        return lengths;
    }
}
