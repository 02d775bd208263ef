package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Hyper-connections: n streams H, [batch pos stream d_model]. A sub-layer reads a mixture of them, and they are mixed when they take up what it returns:
 * H ← H_res H + h_post f(N(h_pre H)). A {@link Connection} says what h_pre, h_post and H_res are. As one stream they are read as their mean; what a hook puts in the
 * place of the mean moves all streams alike.
 */
public final class HyperBlock extends CarryingBlock<Tensor> {

    private static final StreamContract CONTRACT = new StreamContract(StreamContract.PRE.branches(), List.of(
            sum("hook_streams_pre", Branch.Kind.ATTENTION, "hyper1", "hook_streams_mid"), sum("hook_streams_mid", Branch.Kind.NETWORK, "hyper2", "hook_streams_post")));

    private final Dim streams;
    private final Connection hyper1;
    private final Connection hyper2;
    private final Layer ln1;
    private final Layer ln2;
    private final HookPoint streamsPre = boundary("hook_streams_pre");
    private final HookPoint streamsMid;
    private final HookPoint streamsPost = boundary("hook_streams_post");

    /**
     * @param streams    n
     * @param connection of a sub-layer, from the connection's path and the sub-layer's number k in the stack, from 0
     */
    public HyperBlock(Placement.Parts parts, Dim streams, BiFunction<String, Integer, Connection> connection) {
        super(parts, Symbols.PRE, CONTRACT);
        this.streams = streams;
        int k = 2 * (parts.depth().layer() - 1);
        hyper1 = attnOut == null ? null : part(connection.apply(parts.path() + ".hyper1", k));
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        hyper2 = mlpOut == null ? null : part(connection.apply(parts.path() + ".hyper2", k + 1));
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
        streamsMid = attnOut == null || mlpOut == null ? null : boundary("hook_streams_mid");
    }

    private static StreamSum sum(String from, Branch.Kind kind, String connection, String to) {
        return StreamSum.of(from, List.of(kind), to).carrying(new Factor.Shown(connection + ".hook_res")).weighing(new Factor.Shown(connection + ".hook_post"));
    }

    /** n copies of x. */
    static Tensor copies(Pass pass, Tensor x, Dim streams) {
        return pass.expand(pass.unsqueeze(x, 2), Shape.of(x.dim(0), x.dim(1), streams, x.dim(2)));
    }

    @Override
    protected Tensor begin(Pass pass, Tensor x) {
        return copies(pass, x, streams);
    }

    @Override
    protected Tensor entering(Pass pass, Tensor h) {
        return shown(pass, streamsPre, residPre, h);
    }

    @Override
    protected Tensor leaving(Pass pass, Tensor h) {
        return shown(pass, streamsPost, residPost == null ? residMid : residPost, h);
    }

    /** Their mean. */
    @Override
    protected Tensor read(Pass pass, Tensor h) {
        return pass.squeeze(pass.mean(h, 2), 2);
    }

    private Tensor shown(Pass pass, HookPoint streams, HookPoint mean, Tensor h) {
        Tensor all = pass.at(streams, h);
        Tensor read = read(pass, all);
        Tensor put = pass.at(mean, read);
        return put == read ? all : pass.add(all, pass.unsqueeze(pass.sub(put, read), 2));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor h, Tensor context) {
        Connection.Weights weights = hyper1.weights(pass, h);
        Tensor t1 = ln1.forward(pass, hyper1.in(pass, weights, h));                         // t1_i = N(h_pre H_i)
        Tensor t1s = context == h ? t1 : ln1.forward(pass, hyper1.in(pass, hyper1.weights(pass, context), context));
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));                     // t2 = MHA(t1_i, [t1_1 … t1_N])
        Tensor after = hyper1.out(pass, weights, h, t2);                                    // H ← H_res H + h_post t2
        return streamsMid == null ? after : shown(pass, streamsMid, residMid, after);
    }

    @Override
    protected Tensor transform(Pass pass, Tensor h) {
        Connection.Weights weights = hyper2.weights(pass, h);
        Tensor t4 = ln2.forward(pass, hyper2.in(pass, weights, h));                         // t4 = N(h_pre H)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                                 // t5 = FFN(t4)
        return hyper2.out(pass, weights, h, t5);                                            // H ← H_res H + h_post t5
    }
}
