package io.fluxo.block;

import io.fluxo.layer.attention.HeadNorms;

/** HybridNorm (Zhuo et al. 2025): norms of queries, keys and values within attention, and a norm of the stream before the network. */
public final class HybridNorm implements Placement {

    @Override
    public Block block(Parts parts) {
        return new HybridNormBlock(parts);
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.needingBothSubLayers();
    }

    @Override
    public SubLayers subLayers(SubLayers.Site site) {
        return SubLayers.ORDINARY.withHeadNorms(new HeadNorms(site.norm().apply("attn.q_norm", site.dHead()), site.norm().apply("attn.k_norm", site.dHead()),
                site.norm().apply("attn.v_norm", site.dV())));
    }
}
