package io.fluxo.experiments.inspect;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Small models with random weights in float64, for instruments. */
public final class Specimens {

    public static final ModelSpec SMALL = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 12).with(N_HEADS, 3).with(D_MLP, 20).with(N_CTX, 16).with(D_VOCAB, 9).with(NORM_AFFINE, true)
            .with(ACT_FN, "gelu");

    private Specimens() {}

    public static void with(ModelSpec spec, Consumer<Inspected> use) {
        with(spec, DType.F64, use);
    }

    public static void with(ModelSpec spec, DType dtype, Consumer<Inspected> use) {
        try (Backend backend = new EjmlProvider().open(new BackendOptions(dtype, 0, 1)); TensorScope _ = backend.openScope()) {
            Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
            model.initialize(backend, dtype, RandomKey.of(7));
            use.accept(new Inspected("specimen", spec, model, backend));
        }
    }

    /** Moves every value of every cell by up to a quarter, so that no gain is 1 and no bias 0; variances stay positive. */
    public static void stir(Inspected subject) {
        subject.model().fill(cell -> {
            double[] values = subject.backend().download(cell.value()).toDoubles().clone();
            RandomKey key = RandomKey.of(11).split(cell.name());
            Arrays.setAll(values, i -> values[i] + key.uniform(i) / 2 - 0.25);
            return subject.backend().upload(HostArray.of(cell.shape(), cell.value().dtype(), values));
        });
    }

    /** Sets all values of a parameter to 0. */
    public static void silence(Inspected subject, String parameter) {
        Cell cell = subject.model().cells().stream().filter(one -> one.name().equals(parameter)).findFirst().orElseThrow();
        cell.set(subject.backend().upload(HostArray.of(cell.shape(), new double[cell.shape().elements()])));
    }

    public static int[] ids(int count, long seed) {
        return IntStream.range(0, count).map(i -> RandomKey.of(seed).below(9, i)).toArray();
    }
}
