package io.fluxo.experiments.inspect;

import io.fluxo.checkpoint.Safetensors;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every hook point of one pass under its name, and {@code logits}, as safetensors. What a sub-layer returned and what it contributed to the stream stand there under
 * their own names too, where they are the same tensor as another.
 */
public final class Dump {

    /** Names that every placement has. */
    private static final List<String> COMMON = List.of(".hook_attn_contribution", ".hook_mlp_contribution", ".attn.hook_out", ".mlp.hook_out");

    private Dump() {}

    /** @return the number of tensors */
    public static int write(Inspected subject, int[] ids, Path file) {
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        try (TensorScope _ = subject.backend().openScope()) {
            Cache cache = new Cache(_ -> true);
            Tensor logits = subject.model().forward(subject.pass().with(cache), subject.upload(ids));
            cache.values().forEach((name, value) -> tensors.put(name, subject.backend().download(value)));
            subject.model().aliases().forEach((alias, name) -> {
                if (COMMON.stream().anyMatch(alias::endsWith) && tensors.containsKey(name)) {
                    tensors.putIfAbsent(alias, tensors.get(name));
                }
            });
            tensors.put("logits", subject.backend().download(logits));
        }
        Safetensors.write(file, tensors);
        return tensors.size();
    }
}
