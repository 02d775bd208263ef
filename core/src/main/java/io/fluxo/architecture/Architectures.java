package io.fluxo.architecture;

import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** The architectures that Fluxo itself reads. */
public final class Architectures implements FluxoPlugin {

    /** Parts of models and these architectures. */
    public static final Catalog CATALOG = Catalog.of(new ModelParts(), new Architectures());

    @Override
    public void contribute(Contributions to) {
        to.add(Architecture.KIND, "gpt2", new Gpt2());
        to.add(Architecture.KIND, "llama", LlamaFamily.LLAMA);
        to.add(Architecture.KIND, "mistral", LlamaFamily.MISTRAL);
        to.add(Architecture.KIND, "qwen2", LlamaFamily.QWEN2);
        to.add(Architecture.KIND, "qwen3", LlamaFamily.QWEN3);
        to.add(Architecture.KIND, "olmo2", LlamaFamily.OLMO2);
        to.add(Architecture.KIND, "gemma2", LlamaFamily.GEMMA2);
        to.add(Architecture.KIND, "bert", new Bert());
    }
}
