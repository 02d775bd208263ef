package io.fluxo.stream;

import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a cache keeps: names, patterns, layers, positions, and no more than it may. */
class CacheTest {

    private static final int WIDTH = 8;

    private final Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Tensor tokens = backend.upload(HostArray.of(Shape.of(2, 5), 3, 1, 4, 1, 5, 6, 2, 0, 6, 3));
    private final Transformer model = ModelBuilder.transformer(ModelSpec.DEFAULT.with(N_LAYERS, 12).with(D_MODEL, WIDTH).with(N_HEADS, 2).with(D_MLP, 12).with(N_CTX, 6)
            .with(D_VOCAB, 7), ModelParts.CATALOG);

    @AfterEach
    void close() {
        backend.close();
    }

    private Cache run(Cache cache) {
        model.initialize(backend, DType.F64, RandomKey.of(5));
        model.forward(Pass.evaluation(backend).with(cache), tokens);
        return cache;
    }

    @Test
    void namesPatternsAndLayersNarrowIt() {
        assertThat(run(Cache.of("hook_embed", "blocks.11.*resid*")).values()).containsOnlyKeys("hook_embed", "blocks.11.hook_resid_pre", "blocks.11.hook_resid_mid",
                "blocks.11.hook_resid_post");
        assertThat(run(Cache.of("blocks.*.hook_mlp_out").layers(1, 11)).values()).containsOnlyKeys("blocks.1.hook_mlp_out", "blocks.11.hook_mlp_out");
        assertThat(run(Cache.of("*.t5").layers(0)).values()).as("an alias").containsOnlyKeys("blocks.0.hook_mlp_out");
        assertThat(run(Cache.boundaries().layers(3)).values().keySet()).isNotEmpty().allMatch(name -> name.startsWith("blocks.3."));
        assertThat(run(Cache.everything()).values()).containsKeys("blocks.11.attn.hook_pattern", "blocks.0.ln1.hook_scale", "ln_final.hook_out");
    }

    @Test
    void filtersLeaveTheOriginalAsItWas() {
        Cache all = Cache.of("blocks.*.hook_mlp_out");
        Cache one = all.layers(2).positions(0, 1);
        run(all);
        assertThat(all.values()).hasSize(12);
        assertThat(one.values()).isEmpty();
        assertThat(all.get("blocks.2.hook_mlp_out").shape()).isEqualTo(Shape.of(2, 5, WIDTH));
    }

    @Test
    void positionsAreCutOut() {
        String point = "blocks.0.hook_resid_post";
        double[] all = backend.download(run(Cache.of(point)).get(point)).toDoubles();
        Tensor middle = run(Cache.of(point).positions(1, -2)).get(point);
        assertThat(middle.shape()).isEqualTo(Shape.of(2, 2, WIDTH));
        double[] found = backend.download(middle).toDoubles();
        assertThat(Arrays.copyOf(found, 2 * WIDTH)).containsExactly(Arrays.copyOfRange(all, WIDTH, 3 * WIDTH));
        assertThat(Arrays.copyOfRange(found, 2 * WIDTH, 4 * WIDTH)).containsExactly(Arrays.copyOfRange(all, 6 * WIDTH, 8 * WIDTH));
        assertThat(backend.download(run(Cache.of(point).lastPosition()).get(point)).toDoubles()).startsWith(Arrays.copyOfRange(all, 4 * WIDTH, 5 * WIDTH));
    }

    /** As many are cut off before as behind. */
    @Test
    void positionsInTheMiddleAreCutOut() {
        String point = "blocks.0.hook_resid_post";
        double[] all = backend.download(run(Cache.of(point)).get(point)).toDoubles();
        Tensor middle = run(Cache.of(point).positions(1, 4)).get(point);
        assertThat(middle.shape()).isEqualTo(Shape.of(2, 3, WIDTH));
        assertThat(backend.download(middle).toDoubles()).startsWith(Arrays.copyOfRange(all, WIDTH, 4 * WIDTH));
    }

    /** Of what stands between tokens the queries are cut, of what has no batch its first axis. */
    @Test
    void positionsStandWhereTheyStand() {
        Cache cache = run(Cache.of("blocks.0.attn.hook_pattern", "blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_z", "hook_pos_embed").positions(3, 5));
        assertThat(cache.get("blocks.0.attn.hook_pattern").shape()).isEqualTo(Shape.of(2, 2, 2, 5));
        assertThat(cache.get("blocks.0.attn.hook_attn_scores").shape()).isEqualTo(Shape.of(2, 2, 2, 5));
        assertThat(cache.get("blocks.0.attn.hook_z").shape()).isEqualTo(Shape.of(2, 2, 2, 4));
        assertThat(cache.get("hook_pos_embed").shape()).isEqualTo(Shape.of(2, WIDTH));
    }

    @ParameterizedTest
    @CsvSource({"4, 6, 4:6", "-6, 2, -6:2", "0, 0, :0", "2, 2, 2:2", "3, -3, 3:-3"})
    void positionsThatAreNotThereAreAnError(int from, int to, String text) {
        assertThatThrownBy(() -> run(Cache.of("blocks.0.hook_resid_post").positions(from, to))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cache at blocks.0.hook_resid_post: positions " + text + " are to be kept, and there are 5");
    }

    @Test
    void aBudgetThatWouldBeExceededIsAnErrorThatNamesThePoint() {
        long each = 2 * 5 * WIDTH * 8;
        assertThat(run(Cache.of("blocks.*.hook_mlp_out").holdingAtMost(12 * each)).values()).hasSize(12);
        assertThatThrownBy(() -> run(Cache.of("blocks.*.hook_mlp_out").holdingAtMost(12 * each - 1))).isInstanceOf(IllegalStateException.class).hasMessageStartingWith(
                "the cache may hold 7,679 bytes; it holds 7,040, and blocks.11.hook_mlp_out").hasMessageContaining("takes 640 more");
        assertThat(run(Cache.of("blocks.*.hook_mlp_out").positions(0, 1).holdingAtMost(12 * each / 5)).values()).as("what is cut away counts for nothing").hasSize(12);
    }

    /** x of a block is h of the block before it: one tensor under two names. */
    @Test
    void aTensorOfTwoNamesCountsOnce() {
        long each = 2 * 5 * WIDTH * 8;
        Cache cache = run(Cache.of("blocks.0.hook_resid_post", "blocks.1.hook_resid_pre").holdingAtMost(each));
        assertThat(cache.get("blocks.0.hook_resid_post")).isSameAs(cache.get("blocks.1.hook_resid_pre"));
        Cache whole = run(Cache.of("blocks.0.hook_resid_post", "blocks.1.hook_resid_pre").positions(0, 5).holdingAtMost(each));
        assertThat(whole.get("blocks.0.hook_resid_post")).as("all positions are no copy").isSameAs(whole.get("blocks.1.hook_resid_pre"));
    }

    @Test
    void aliasesFollowTheNames() {
        Cache cache = run(Cache.of("blocks.0.t1"));
        assertThat(cache.values()).containsOnlyKeys("blocks.0.ln1.hook_out");
        assertThat(cache.valuesUnderAllNames()).containsEntry("blocks.0.ln1.hook_out", cache.get("blocks.0.t1")).containsEntry("blocks.0.t1", cache.get("blocks.0.t1"));
        assertThat(cache.valuesUnderAllNames().keySet()).startsWith("blocks.0.ln1.hook_out");
    }
}
