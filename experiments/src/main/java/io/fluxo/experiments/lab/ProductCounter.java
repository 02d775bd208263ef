package io.fluxo.experiments.lab;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.DelegatingBackend;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.plugin.Catalog;
import io.fluxo.proof.SymbolicBackend;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs a model on shapes alone and counts the multiply-adds of its matrix products, whatever it is made of. */
final class ProductCounter extends DelegatingBackend {

    private long multiplyAdds;

    private ProductCounter(SymbolicBackend shapes) {
        super("products", shapes);
    }

    /** @param blame says whose part a model broke on: its trials will fail by it too, or at least not be proved */
    static ModelSize size(ModelSpec spec, Catalog catalog, Blame blame) {
        if (spec.get(FAMILY) == ModelSpec.Family.NGRAM) {
            return new ModelSize(0, 0); // it counts, and multiplies nothing
        }
        OptionalLong parameters = OptionalLong.empty();
        try {
            LanguageModel model = ModelBuilder.build(spec, catalog);
            parameters = OptionalLong.of(model.parameterCount());
            return new ModelSize(parameters, 3.0 * multiplyAdds(model, spec) / spec.get(N_CTX), Optional.empty());
        } catch (ShapeMismatchException tooLarge) {
            return new ModelSize(parameters, Double.NaN, Optional.empty()); // its trials will say the same, and fail
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the model
        } catch (RuntimeException | Error broken) {
            return new ModelSize(parameters, Double.NaN, Optional.of(blame.message(broken)));
        }
    }

    private static long multiplyAdds(LanguageModel model, ModelSpec spec) {
        SymbolicBackend shapes = new SymbolicBackend();
        ProductCounter counter = new ProductCounter(shapes);
        model.fill(parameter -> shapes.variable(parameter.shape(), DType.F32));
        model.forward(Pass.evaluation(counter), shapes.variable(Shape.of(Dim.of("batch", 1), Dim.of("pos", spec.get(N_CTX))), DType.I32));
        return counter.multiplyAdds;
    }

    /** None: compositions show their products. */
    @Override
    public boolean fuses(FusedOp op) {
        return false;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Tensor result = super.execute(op, inputs);
        if (op instanceof PrimitiveOp.MatMul(boolean transposeLeft, boolean _)) {
            multiplyAdds += (long) result.shape().elements() * inputs[0].shape().size(transposeLeft ? -2 : -1);
        }
        return result;
    }
}
