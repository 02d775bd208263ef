package io.fluxo.experiments.lab;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.checkpoint.CheckpointException;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.layer.PartSays;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import io.fluxo.train.OptimizerKind;
import io.fluxo.train.TrainingSpec;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What would make a training fail and can be seen before: it does not fit into memory, or the parameters that it starts from are others than the
 * model has.
 *
 * @param catalog parts
 * @param dtype   of parameters
 * @param heap    bytes that the backend may use of the JVM's own memory; endless for one that keeps tensors elsewhere
 */
record Obstacles(Catalog catalog, DType dtype, long heap) {

    /** The most elements of one Java array, as {@code Shape} has it. */
    private static final long LONGEST = Integer.MAX_VALUE - 64;

    List<Violation> of(ModelSpec spec, TrainingSpec training) {
        long ids = training.get(BATCH) * (spec.get(N_CTX) + 1L);
        if (ids > LONGEST) {
            return List.of(new Violation("training.batch", Text.format("batch %,d × (n_ctx %,d + 1) are more ids than one array holds (%,d)", training.get(BATCH),
                    spec.get(N_CTX), LONGEST)));
        }
        return spec.get(FAMILY) == Family.NGRAM ? List.of() : ofModel(spec, training);
    }

    private List<Violation> ofModel(ModelSpec spec, TrainingSpec training) {
        LanguageModel model;
        try {
            model = ModelBuilder.build(spec, catalog);
        } catch (ShapeMismatchException | ArithmeticException tooLarge) {
            return List.of(new Violation(largest(spec), tooLarge.getMessage()));
        } catch (OutOfMemoryError noFault) {
            throw noFault;
        } catch (RuntimeException | Error broken) {
            return List.of(); // a plugin's part that cannot be built: its trial reports it, and the others continue
        }
        long logits = (long) training.get(BATCH) * spec.get(N_CTX) * spec.get(D_VOCAB);
        if (logits > LONGEST) {
            return List.of(new Violation("training.batch", Text.format("the logits [batch %,d, n_ctx %,d, d_vocab %,d] of a step are more than one array holds"
                    + " (%,d)", training.get(BATCH), spec.get(N_CTX), spec.get(D_VOCAB), LONGEST)));
        }
        int slots = slots(training);
        double bytes = (double) model.parameterCount() * width() * (2 + slots);
        if (bytes > heap) {
            return List.of(new Violation(largest(spec), Text.format("the model's %,d parameters take %,.1f GB with gradients%s, and the JVM may use %,.1f GB;"
                    + " make it smaller, or give more with JAVA_TOOL_OPTIONS=-Xmx…", model.parameterCount(), bytes / 1e9,
                    slots > 0 ? " and the optimizer's state" : "", heap / 1e9)));
        }
        return startingPoint(spec, model);
    }

    /** Tensors of a parameter's size that the optimizer keeps; none where it cannot say it: its trial will tell what is wrong. */
    private int slots(TrainingSpec training) {
        return PartSays.orElse(0, () -> catalog.part(OptimizerKind.KIND, training.get(OPTIMIZER)).rule(training, 0).slots());
    }

    private List<Violation> startingPoint(ModelSpec spec, LanguageModel model) {
        if (spec.get(INIT_FROM).isEmpty()) {
            return List.of();
        }
        try {
            ModelDirectory.requireFit(Path.of(spec.get(INIT_FROM)), model, catalog);
            return List.of();
        } catch (CheckpointException unusable) {
            return List.of(new Violation("model.init_from", unusable.getMessage()));
        }
    }

    private int width() {
        return dtype == DType.F64 ? Double.BYTES : Float.BYTES;
    }

    /** The size that is most likely to blame: the largest number of them. */
    private static String largest(ModelSpec spec) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("model.d_model", spec.get(D_MODEL));
        sizes.put("model.n_layers", spec.get(N_LAYERS));
        sizes.put("model.n_ctx", spec.get(N_CTX));
        sizes.put("model.d_vocab", spec.get(D_VOCAB));
        sizes.put("model.n_heads", most(spec.get(N_HEADS).values()));
        sizes.put("model.d_head", most(spec.get(D_HEAD).values()));
        sizes.put("model.d_mlp", most(spec.get(D_MLP).values()));
        return sizes.entrySet().stream().max(Comparator.comparingInt(Map.Entry::getValue)).orElseThrow().getKey();
    }

    private static int most(Iterable<Integer> values) {
        int most = 0;
        for (int value : values) {
            most = Math.max(most, value);
        }
        return most;
    }
}
