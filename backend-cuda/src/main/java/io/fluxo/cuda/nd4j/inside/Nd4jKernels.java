package io.fluxo.cuda.nd4j.inside;

import io.fluxo.text.Text;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Calls nd4j's operations by name, into an array that is already there. An operation and its context are made once and used again: a fresh
 * pair costs several times what a small operation does.
 */
final class Nd4jKernels {

    private static final long[] NO_INTEGERS = {};

    private final OpExecutioner executioner = Nd4j.getExecutioner();
    private final Map<Signature, Call> calls = new HashMap<>();

    private Thread caller;

    private record Signature(String name, int inputs) {}

    private record Call(CustomOp op, OpContext context) {}

    void run(String name, INDArray out, INDArray... in) {
        run(name, NO_INTEGERS, out, in);
    }

    void run(String name, long[] integers, INDArray out, INDArray... in) {
        Call call = prepared(name, out, in);
        if (integers.length > 0) {
            call.context().setIArguments(integers);
        }
        finish(call);
    }

    void run(String name, double[] numbers, INDArray out, INDArray... in) {
        Call call = prepared(name, out, in);
        call.context().setTArguments(numbers);
        finish(call);
    }

    /** An operation over axes, which stay with size 1 where {@code keep}. */
    void reduce(String name, long[] axes, boolean keep, INDArray out, INDArray in) {
        Call call = prepared(name, out, in);
        call.context().setIArguments(axes);
        call.context().setBArguments(keep);
        finish(call);
    }

    /** A context keeps native handles on all arrays it was ever given, until it is purged. */
    private void finish(Call call) {
        executioner.exec(call.op(), call.context());
        call.context().purge();
    }

    private Call prepared(String name, INDArray out, INDArray... in) {
        claimThread();
        Call call = calls.computeIfAbsent(new Signature(name, in.length),
                _ -> new Call(DynamicCustomOp.builder(name).build(), executioner.buildContext()));
        for (int i = 0; i < in.length; i++) {
            call.context().setInputArray(i, in[i]);
        }
        call.context().setOutputArray(0, out);
        return call;
    }

    /** OpenMP keeps the number of threads for each thread that calls it. */
    private void claimThread() {
        if (Thread.currentThread() != caller) {
            caller = Thread.currentThread();
            OpenMp.useOneThread();
        }
    }

    void close() {
        for (Call call : calls.values()) {
            try {
                call.context().close();
            } catch (Exception failure) {
                throw new IllegalStateException(Text.format("nd4j's context of '%s' cannot be closed", call.op().opName()), failure);
            }
        }
        calls.clear();
    }
}
