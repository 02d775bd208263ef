package io.fluxo.experiments.inspect.instrument;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.layer.Pass;
import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Activation patching (Vig et al. 2020; Meng et al. 2022): the corrupted prompt runs again with the value at one site replaced by the clean prompt's. How much of the
 * difference between the prompts comes back says how much of it went through the site: 0 for nothing, 1 for all.
 *
 * @param clean     the metric of the clean prompt
 * @param corrupted that of the corrupted prompt
 * @param stream    the stream, by point and position
 * @param heads     results of heads, all positions at once, by layer and head
 */
public record Patching(double clean, double corrupted, List<Site> stream, List<Site> heads) {

    private static final String RESULT = ".attn.hook_z";

    /**
     * One site.
     *
     * @param point     the hook point
     * @param at        the position, or the head
     * @param recovered (patched − corrupted) / (clean − corrupted), by running the model
     * @param estimated the same to first order: the gradient of the metric in the corrupted run, times the difference of the values (Nanda 2023)
     */
    public record Site(String point, int at, double recovered, double estimated) {}

    public static Patching of(Inspected subject, Contrast contrast) {
        List<String> points = subject.model().streamPoints();
        Recording clean = Recording.of(subject, contrast.clean(), point -> isSite(point, points));
        Recording corrupted = Recording.of(subject, contrast.corrupted(), point -> isSite(point, points));
        double top = contrast.metric(clean);
        double bottom = contrast.metric(corrupted);
        Map<String, HostArray> gradients = gradients(subject, contrast, points);
        List<Site> stream = new ArrayList<>();
        List<Site> heads = new ArrayList<>();
        clean.values().forEach((point, value) -> {
            boolean ofHeads = point.endsWith(RESULT);
            Axis axis = ofHeads ? new Axis(2) : new Axis(1);
            for (int at = 0; at < value.shape().size(axis.number()); at++) {
                HostArray mixed = axis.replaced(corrupted.at(point), value, at);
                double patched = contrast.metric(run(subject, contrast, point, mixed));
                double estimated = axis.change(gradients.get(point), corrupted.at(point), value, at);
                (ofHeads ? heads : stream).add(new Site(point, at, (patched - bottom) / (top - bottom), estimated / (top - bottom)));
            }
        });
        return new Patching(top, bottom, stream, heads);
    }

    private static boolean isSite(HookPoint point, List<String> stream) {
        return stream.contains(point.name()) || point.name().endsWith(RESULT);
    }

    private static Recording run(Inspected subject, Contrast contrast, String point, HostArray value) {
        try (TensorScope _ = subject.backend().openScope()) {
            return Recording.of(subject, contrast.corrupted(), _ -> false, Intervention.replace(point, subject.backend().upload(value)));
        }
    }

    /** One axis of a value [1 pos …] or [1 pos head d_v]: positions or heads. */
    private record Axis(int number) {

        /** {@code values} with index {@code at} taken from {@code other}. */
        HostArray replaced(HostArray values, HostArray other, int at) {
            double[] mixed = values.toDoubles().clone();
            double[] source = other.toDoubles();
            indices(values.shape(), at).forEach(i -> mixed[i] = source[i]);
            return HostArray.of(values.shape(), values.dtype(), mixed);
        }

        /** Σ gradient·(to − from) over index {@code at}. */
        double change(HostArray gradient, HostArray from, HostArray to, int at) {
            double[] g = gradient.toDoubles();
            double[] a = from.toDoubles();
            double[] b = to.toDoubles();
            return indices(from.shape(), at).mapToDouble(i -> g[i] * (b[i] - a[i])).sum();
        }

        private IntStream indices(Shape shape, int at) {
            int inner = IntStream.range(number + 1, shape.rank()).map(shape::size).reduce(1, (x, y) -> x * y);
            return IntStream.range(0, shape.elements()).filter(i -> i / inner % shape.size(number) == at);
        }
    }

    /** ∂ metric / ∂ value in the corrupted run, at every site. */
    private static Map<String, HostArray> gradients(Inspected subject, Contrast contrast, List<String> points) {
        try (TensorScope _ = subject.backend().openScope(); AutodiffBackend autodiff = new AutodiffBackend(subject.backend())) {
            Map<String, Tensor> sites = new LinkedHashMap<>();
            Hooks watching = new Hooks() {
                @Override
                public boolean wants(HookPoint point) {
                    return isSite(point, points);
                }

                @Override
                public Tensor at(HookPoint point, Tensor value) {
                    Tensor recorded = autodiff.value(value) == value ? autodiff.watch(value) : value;       // the first; all others come of it
                    sites.put(point.name(), recorded);
                    return recorded;
                }
            };
            Tensor logits = subject.model().forward(Pass.evaluation(autodiff).with(watching), subject.upload(contrast.corrupted()));
            Ops ops = new Ops(autodiff);
            Tensor last = ops.slice(logits, 1, Dim.of(contrast.corrupted().length - 1), Dim.ONE);
            Tensor metric = ops.sub(ops.slice(last, 2, Dim.of(contrast.answer()), Dim.ONE), ops.slice(last, 2, Dim.of(contrast.foil()), Dim.ONE));
            Tensor[] found = autodiff.gradients(metric, List.copyOf(sites.values()));
            Map<String, HostArray> gradients = new LinkedHashMap<>();
            int i = 0;
            for (String point : sites.keySet()) {
                gradients.put(point, subject.backend().download(found[i++]));
            }
            return gradients;
        }
    }
}
