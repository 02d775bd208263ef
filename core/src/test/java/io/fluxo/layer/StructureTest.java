package io.fluxo.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.norm.BatchNorm;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What whoever prints a model reads. */
class StructureTest {

    private static final class Stack extends Layer {

        private Stack(String path, Layer... layers) {
            super(path);
            for (Layer layer : layers) {
                part(layer);
            }
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            return x;
        }
    }

    private static FeedForward network(String path, Dim width) {
        return new FeedForward(path, Dim.of("d_model", 4), width, (_, x) -> x, true, Initializer.ZEROS, 0);
    }

    private static FeedForward network(String path) {
        return network(path, Dim.of("d_mlp", 300));
    }

    /** A network's projections have no names of their own: their cells are the network's. Its dropout has a name, and no parameters. */
    @Test
    void aLayerShowsItsSizeItsCellsAndThenItsParts() {
        assertThat(network("blocks.0.mlp")).hasToString("""
                blocks.0.mlp: FeedForward, 2,704 parameters
                  W_in [d_model=4, d_mlp=300]
                  b_in [d_mlp=300]
                  W_out [d_mlp=300, d_model=4]
                  b_out [d_model=4]
                  dropout: Dropout""");
    }

    @Test
    void cellsThatAreNotTrainedAreMarkedAndNotCounted() {
        assertThat(new BatchNorm("ln", Dim.of(2), true, 1e-5)).hasToString("""
                ln: BatchNorm, 4 parameters
                  w [2]
                  b [2]
                  running_mean [2], not trained
                  running_var [2], not trained""");
    }

    @Test
    void aModelIsShownWithoutANameAndItsPartsByTheirs() {
        assertThat(new Stack("", new Linear("head", "U", Dim.of(2), Dim.of(3), false, Initializer.ZEROS), new Stack("blocks.0", new Dropout("blocks.0.drop", 0)))).hasToString("""
                Stack, 6 parameters
                  head: Linear, 6 parameters
                    W_U [2, 3]
                  blocks.0: Stack
                    drop: Dropout""");
    }

    @Test
    void neighboursThatDifferInTheirNamesAloneAreShownOnce() {
        Layer narrow = new Stack("", network("0"), network("1", Dim.of(5)), network("2", Dim.of(5)), network("3"), network("4"), network("5"));
        assertThat(narrow.toString().lines().filter(line -> line.startsWith("  ") && !line.startsWith("   "))).containsExactly(
                "  0: FeedForward, 2,704 parameters",
                "  1: FeedForward, 49 parameters",
                "  2: the same",
                "  3: FeedForward, 2,704 parameters",
                "  4 … 5: the same");
    }

    @Test
    void aSymbolHasNoNumberOfParameters() {
        assertThat(network("mlp", Dim.symbol("d_mlp")).toString()).startsWith("mlp: FeedForward, of symbolic size\n  W_in [d_model=4, d_mlp]\n");
    }
}
