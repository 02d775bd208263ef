package io.fluxo.block;

import io.fluxo.layer.attention.HeadGains;
import java.util.Optional;

/** NormFormer (Shleifer, Weston and Ott 2021): a gain for each head, a norm of the feed-forward network's hidden layer. */
public final class NormFormer implements Placement {

    @Override
    public Block block(Parts parts) {
        return new NormFormerBlock(parts);
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.needingBothSubLayers().normalisingTheBranch();
    }

    @Override
    public SubLayers subLayers(SubLayers.Site site) {
        return new SubLayers(1, Optional.of(new HeadGains(site.path() + ".attn.head_gain", site.nHeads())),
                Optional.of(site.norm().apply("mlp.ln", site.dMlp())));
    }
}
