package io.fluxo.experiments.compare.drift;

import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.List;
import java.util.stream.IntStream;

/** How far the stream of one deep model is apart on two backends, layer by layer. */
final class DepthDrift {

    private static final int SEQUENCES = 2;

    private static final ModelSpec SMALL = ModelSpec.DEFAULT.with(ModelSpec.D_MODEL, 24).with(ModelSpec.N_HEADS, 2).with(ModelSpec.D_MLP, 48).with(ModelSpec.N_CTX, 12)
            .with(ModelSpec.D_VOCAB, 29);

    private final String placement;
    private final ModelSpec spec;
    private final Catalog catalog;

    DepthDrift(String placement, int layers, Catalog catalog) {
        this.placement = placement;
        this.spec = SMALL.with(ModelSpec.PLACEMENT, placement).with(ModelSpec.N_LAYERS, layers);
        this.catalog = catalog;
    }

    /** One for each reference. */
    List<DriftCurve> curves(DriftArm tested, List<DriftArm> references, long seed) {
        List<HostArray> stream = stream(tested, seed);
        return references.stream().map(reference -> curve(tested, reference, seed, stream, stream(reference, seed))).toList();
    }

    private DriftCurve curve(DriftArm tested, DriftArm reference, long seed, List<HostArray> a, List<HostArray> b) {
        return new DriftCurve(DriftAxis.DEPTH, DriftOf.STREAM, placement, tested.name(), reference.label(), tested.dtype(), seed, IntStream.rangeClosed(1, a.size()).boxed().toList(),
                IntStream.range(0, a.size()).mapToObj(layer -> Distance.of(List.of(a.get(layer)), List.of(b.get(layer)))).toList(), List.of());
    }

    /** After each layer. */
    private List<HostArray> stream(DriftArm arm, long seed) {
        RandomKey key = RandomKey.of(seed);
        Shape shape = Shape.of(SEQUENCES, spec.get(ModelSpec.N_CTX));
        int[] ids = IntStream.range(0, shape.elements()).map(i -> key.split("tokens").below(spec.get(ModelSpec.D_VOCAB), i)).toArray();
        try (TensorScope _ = arm.backend().openScope()) {
            LanguageModel model = ModelBuilder.transformer(spec, catalog);
            SameStart.fill(model, arm, key);
            List<String> points = model.layerPaths().stream().map(path -> path + ".hook_resid_post").toList();
            Cache cache = Cache.of(points.toArray(String[]::new));
            Tensor tokens = arm.backend().upload(HostArray.of(shape, ids));
            model.forward(Pass.evaluation(arm.backend()).with(cache), tokens);
            return points.stream().map(point -> arm.backend().download(cache.get(point))).toList();
        }
    }
}
