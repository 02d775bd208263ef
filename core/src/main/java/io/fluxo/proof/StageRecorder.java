package io.fluxo.proof;

import io.fluxo.proof.DimensionLemma.Stage;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Cuts a symbolic run at its hook points, names the values there, and compares the chapter's values with the stream's shape. */
final class StageRecorder implements Hooks {

    private final SymbolicBackend symbolic;
    private final Shape stream;
    private final Map<String, String> symbols = new HashMap<>();
    private final List<Stage> stages = new ArrayList<>();
    private final List<String> preserved = new ArrayList<>();
    private Optional<String> failure = Optional.empty();

    /** @param chapter symbol → hook point within the block {@code path} */
    StageRecorder(SymbolicBackend symbolic, String path, Map<String, String> chapter, Shape stream) {
        this.symbolic = symbolic;
        this.stream = stream;
        chapter.forEach((symbol, hook) -> symbols.put(path + "." + hook, symbol));
    }

    @Override
    public boolean wants(HookPoint point) {
        return !point.interior();
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        stages.add(new Stage(point.name(), value.shape(), symbolic.takeSteps()));
        String symbol = symbols.get(point.name());
        if (symbol != null && !value.shape().equals(stream)) {
            failure = failure.or(() -> Optional.of(Text.format("%s (%s) is %s", point.name(), symbol, Step.difference(value.shape(), stream))));
        } else if (symbol != null) {
            preserved.add(point.name());
        }
        return symbolic.variable(symbol != null ? symbol : lastName(point.name()).replaceFirst("^hook_", ""), value.shape(), value.dtype());
    }

    /** The run ended in {@code output}. */
    void end(Tensor output) {
        List<Step> rest = symbolic.takeSteps();
        if (!rest.isEmpty() || stages.isEmpty()) {
            stages.add(new Stage("output", output.shape(), rest));
        }
    }

    List<Stage> stages() {
        return stages;
    }

    List<String> preserved() {
        return preserved;
    }

    /** The first of the chapter's points without the stream's shape. */
    Optional<String> failure() {
        return failure;
    }

    /** {@code W_Q} of {@code blocks.0.attn.W_Q}. */
    static String lastName(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
