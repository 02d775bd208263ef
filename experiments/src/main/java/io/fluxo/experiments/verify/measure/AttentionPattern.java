package io.fluxo.experiments.verify.measure;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;

/** What attention shows: [batch head n m] scores and weights, [batch m head d_v] values, [batch n head d_v] results, [batch n d] output. */
public record AttentionPattern(HostArray scores, HostArray pattern, HostArray values, HostArray results, HostArray output) {

    /** Null where the block shows no such thing. */
    public static AttentionPattern of(Specimen specimen) {
        List<HostArray> shown = specimen.hooked(specimen.xs(), "attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_v", "attn.hook_z",
                "hook_attn_out");
        return shown.contains(null) ? null : new AttentionPattern(shown.get(0), shown.get(1), shown.get(2), shown.get(3), shown.get(4));
    }

    public double[] scores(int sequence, int head, int i) {
        return line(scores, sequence, head, i);
    }

    public double[] weights(int sequence, int head, int i) {
        return line(pattern, sequence, head, i);
    }

    private static double[] line(HostArray array, int sequence, int head, int i) {
        int[] sizes = array.shape().sizes();
        int start = ((sequence * sizes[1] + head) * sizes[2] + i) * sizes[3];
        return Arrays.copyOfRange(array.toDoubles(), start, start + sizes[3]);
    }

    public Bounded[] values(int sequence, int head, DType dtype) {
        Bounded[] rows = new Bounded[values.shape().size(1)];
        for (int j = 0; j < rows.length; j++) {
            rows[j] = Bounded.exact(head(values, sequence, j, head), dtype);
        }
        return rows;
    }

    public double[] result(int sequence, int head, int i) {
        return head(results, sequence, i, head);
    }

    private static double[] head(HostArray array, int sequence, int i, int head) {
        int[] sizes = array.shape().sizes();
        int start = ((sequence * sizes[1] + i) * sizes[2] + head) * sizes[3];
        return Arrays.copyOfRange(array.toDoubles(), start, start + sizes[3]);
    }
}
