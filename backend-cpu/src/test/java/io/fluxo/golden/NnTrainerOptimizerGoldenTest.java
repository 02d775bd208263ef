package io.fluxo.golden;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One step of SGD, Adam and AdamW on a linear layer under the mean squared error leads where {@code torch.optim} leads. */
class NnTrainerOptimizerGoldenTest {

    private static final double GOLDEN = 1e-6;

    /** @param rates lr, 1 − β₁, 1 − β₂: the first step's */
    private record Step(String file, UpdateOp update, double... rates) {
        @Override
        public String toString() {
            return file;
        }
    }

    private static final List<Step> STEPS = List.of(
            new Step("fc_sgd", new UpdateOp.SgdStep(0), 0.001, 1, 1),
            new Step("fc_adam", new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0, false), 0.1, 0.1, 0.001),
            new Step("fc_adamw", new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0.01, true), 0.1, 0.1, 0.001));

    @BeforeEach
    void data() {
        NnTrainerFile.assumeThere();
    }

    static Stream<Arguments> steps() {
        return Setup.with(STEPS);
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("steps")
    void theParametersAfterAStepAgree(Setup setup, Step step) {
        Layer layer = new Linear("fc", "fc", Dim.of(3), Dim.of(4), true, Initializer.ZEROS);
        NnTrainerFile file = NnTrainerFile.ofModel(step.file());
        try (Backend backend = setup.open(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor x = setup.upload(backend, file.next(Shape.of(2, 3)));
            Tensor label = setup.upload(backend, file.next(Shape.of(2, 4)));
            for (Parameter parameter : layer.parameters()) {
                parameter.set(setup.upload(backend, file.next(parameter.shape())));
                tape.watch(parameter.value());
            }
            Ops ops = new Ops(tape);
            Tensor output = layer.forward(Pass.evaluation(tape), x);
            Setup.assertClose("the output", tape.download(output), file.next(Shape.of(2, 4)), setup.tolerance(GOLDEN));

            Tensor error = ops.sub(output, label);
            Tensor[] gradients = tape.gradients(ops.meanAll(ops.mul(error, error)), layer.parameters().stream().map(Parameter::value).toList());
            Tensor rates = setup.upload(backend, HostArray.of(Shape.of(3), step.rates()));
            for (int i = 0; i < gradients.length; i++) {
                Parameter parameter = layer.parameters().get(i);
                parameter.set(backend.update(step.update(), inputs(setup, backend, step, parameter, gradients[i], rates))[0]);
            }

            file.next(Shape.of(2, 3));
            file.next(Shape.of(2, 4));
            for (Parameter parameter : layer.parameters()) {
                Setup.assertClose(parameter.name(), backend.download(parameter.value()), file.next(parameter.shape()), setup.tolerance(GOLDEN));
            }
        }
    }

    private static Tensor[] inputs(Setup setup, Backend backend, Step step, Parameter parameter, Tensor gradient, Tensor rates) {
        return switch (step.update()) {
            case UpdateOp.SgdStep _ -> new Tensor[] {parameter.value(), gradient, rates};
            case UpdateOp.AdamStep _ -> new Tensor[] {parameter.value(), zeros(setup, backend, parameter), zeros(setup, backend, parameter), gradient, rates};
            case UpdateOp.Accumulate _, UpdateOp.Assign _, UpdateOp.ClipFactor _ -> throw new IllegalStateException("not an optimizer");
        };
    }

    private static Tensor zeros(Setup setup, Backend backend, Parameter parameter) {
        return setup.upload(backend, HostArray.of(parameter.shape(), new double[parameter.shape().elements()]));
    }
}
