package io.fluxo.autodiff;

import io.fluxo.backend.Backend;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;

/**
 * The gradients of a reverse pass: the sum that has reached each node of a tape so far. A gradient that has been passed on is released at once, so
 * that the next one is written where the caches still are. A sum grows in place where no other node holds it.
 */
final class Flows {

    private final Backend backend;
    private final Ops ops;
    private final boolean recycles;
    private final Flow[] flows;

    /** @param recycles whether gradients may be released and added to in place: not where another tape records them */
    Flows(Backend backend, boolean recycles, int nodes) {
        this.backend = backend;
        this.ops = new Ops(backend);
        this.recycles = recycles;
        this.flows = new Flow[nodes];
    }

    /** A gradient, and how many nodes hold it: an addition passes the same tensor on to both its inputs. */
    private static final class Flow {
        private final Tensor sum;
        private int holders;

        private Flow(Tensor sum, int holders) {
            this.sum = sum;
            this.holders = holders;
        }
    }

    /** Begins at {@code node} with a tensor that stays the caller's. */
    void begin(int node, Tensor seed) {
        flows[node] = new Flow(seed, 2);
    }

    /** The gradient that has reached {@code node}; null where there is none. */
    Tensor at(int node) {
        return flows[node] == null ? null : flows[node].sum;
    }

    /**
     * Passes on the contributions that {@code node} computed from its gradient.
     *
     * @param parents       for each contribution the node it goes to, or −1
     * @param contributions new tensors or the node's gradient itself; null for none
     */
    void pass(int node, int[] parents, Tensor[] contributions) {
        for (int i = 0; i < contributions.length; i++) {
            boolean itself = contributions[i] == flows[node].sum;
            if (parents[i] >= 0 && contributions[i] != null) {
                add(parents[i], itself ? flows[node] : new Flow(contributions[i], 0));
            } else if (contributions[i] != null && !itself) {
                release(contributions[i]);
            }
        }
    }

    /**
     * The sum that has reached {@code node}, for a kernel that adds to it and passes on the result; null where there is none, or another node holds
     * it.
     */
    Tensor takeOver(int node) {
        if (node < 0 || !recycles || flows[node] == null || flows[node].holders > 1) {
            return null;
        }
        Tensor sum = flows[node].sum;
        flows[node] = null;
        return sum;
    }

    private void add(int node, Flow more) {
        Flow before = flows[node];
        if (before == null) {
            more.holders++;
            flows[node] = more;
        } else if (before.holders == 1 && recycles) {
            flows[node] = new Flow(backend.update(new UpdateOp.Accumulate(), before.sum, more.sum)[0], 1);
        } else {
            flows[node] = new Flow(ops.add(before.sum, more.sum), 1);
            before.holders--;
        }
        if (more.holders == 0) {
            release(more.sum);
        }
    }

    /** Says that the gradient of {@code node} is no longer needed. */
    void drop(int node) {
        Flow flow = flows[node];
        flows[node] = null;
        flow.holders--;
        if (flow.holders == 0) {
            release(flow.sum);
        }
    }

    private void release(Tensor tensor) {
        if (recycles) {
            backend.release(tensor);
        }
    }
}
