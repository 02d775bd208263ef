package io.fluxo.cuda.torch.inside;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/** libtorch's operators by their names: those that its own derivatives use have no function in its Java interface. */
final class Operators {

    private final Map<String, OperatorHandle> found = new HashMap<>();

    /** The first results of {@code aten::name}, as many as {@code results}. */
    Tensor[] call(String name, int results, IValue... arguments) {
        OperatorHandle operator = found.computeIfAbsent(name, Operators::find);
        IValueVector stack = new IValueVector(arguments);
        operator.callBoxed(stack);
        Tensor[] made = new Tensor[results];
        for (int i = 0; i < results; i++) {
            made[i] = new Tensor(stack.get(i).toTensor());
        }
        return made;
    }

    private static OperatorHandle find(String name) {
        return Scoped.keep(new OperatorHandle(Dispatcher.singleton().findSchemaOrThrow("aten::" + name, "")));
    }

    void close() {
        found.values().forEach(OperatorHandle::close);
        found.clear();
    }
}
