package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Path patching between two layers (Wang et al. 2023; Goldowsky-Dill et al. 2023): how much of the metric goes from what a sub-layer adds to the stream straight into the
 * queries, keys or values of a later layer's heads, by no other way. The later layer's input is the clean one with the sender's addition exchanged for the corrupted
 * run's; what one head makes of it as query, key or value is put into the clean run. It needs a stream that is a plain sum.
 *
 * @param effects by receiver and input
 */
public record PathPatching(List<Effect> effects) {

    /** What of a head receives. */
    public enum Input { Q, K, V }

    /**
     * One path.
     *
     * @param sender hook point of what is added to the stream: {@code blocks.0.hook_attn_out}
     * @param layer  the receiver's
     * @param head   the receiver, of as many as there are of queries, or of keys and values
     * @param lost   (clean − patched) / (clean − corrupted)
     */
    public record Effect(String sender, int layer, int head, Input input, double lost) {}

    /** From {@code sender} into all heads of {@code layer}, which comes later. */
    public static PathPatching of(Inspected subject, Contrast contrast, String sender, int layer) {
        String entry = subject.model().streamPoints().get(layer);
        Recording clean = Recording.of(subject, contrast.clean(), point -> point.name().equals(sender) || point.name().equals(entry) || isInput(point.name(), layer));
        Recording corrupted = Recording.of(subject, contrast.corrupted(), point -> point.name().equals(sender));
        HostArray exchanged = sum(clean.at(entry), difference(corrupted.at(sender), clean.at(sender)));
        double top = contrast.metric(clean);
        double bottom = contrast.metric(Recording.of(subject, contrast.corrupted(), _ -> false));
        List<Effect> effects = new ArrayList<>();
        try (TensorScope _ = subject.backend().openScope()) {
            Recording moved = Recording.of(subject, contrast.clean(), point -> isInput(point.name(), layer), Intervention.replace(entry, subject.backend().upload(exchanged)));
            for (Input input : Input.values()) {
                String point = point(layer, input);
                for (int head = 0; head < clean.at(point).shape().size(2); head++) {
                    HostArray mixed = ofHead(clean.at(point), moved.at(point), head);
                    Hooks change = Intervention.replace(point, subject.backend().upload(mixed));
                    double patched = contrast.metric(Recording.of(subject, contrast.clean(), _ -> false, change));
                    effects.add(new Effect(sender, layer, head, input, (top - patched) / (top - bottom)));
                }
            }
        }
        return new PathPatching(effects);
    }

    private static String point(int layer, Input input) {
        return "blocks." + layer + ".attn.hook_" + input.name().toLowerCase(Locale.ROOT);
    }

    private static boolean isInput(String point, int layer) {
        return Arrays.stream(Input.values()).anyMatch(input -> point.equals(point(layer, input)));
    }

    /** [1 pos head width]: {@code values} with one head of {@code other}. */
    private static HostArray ofHead(HostArray values, HostArray other, int head) {
        int heads = values.shape().size(2);
        int width = values.shape().size(3);
        double[] mixed = values.toDoubles().clone();
        double[] source = other.toDoubles();
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = i / width % heads == head ? source[i] : mixed[i];
        }
        return HostArray.of(values.shape(), values.dtype(), mixed);
    }

    private static HostArray sum(HostArray a, double[] b) {
        double[] sum = a.toDoubles().clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return HostArray.of(a.shape(), a.dtype(), sum);
    }

    private static double[] difference(HostArray a, HostArray b) {
        double[] difference = a.toDoubles().clone();
        double[] other = b.toDoubles();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= other[i];
        }
        return difference;
    }
}
