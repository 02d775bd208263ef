package io.fluxo.model;

import io.fluxo.layer.Dropout;
import io.fluxo.layer.Embedding;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.recurrent.GruCell;
import io.fluxo.recurrent.RecurrentCell;
import io.fluxo.recurrent.RnnCell;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A recurrent language model: token ids → embedding → cells, one above the other → logits. I32 [batch pos] → [batch pos d_vocab]. Embedding and
 * states are d_model wide; dropout follows the embedding and each cell.
 */
public final class RecurrentModel extends LanguageModel {

    /** What the states are made of. */
    public enum Kind { GRU, RNN }

    private final Embedding embedding;
    private final List<RecurrentCell> cells;
    private final List<Dropout> dropouts;
    private final Linear unembedding;

    /** @param embedStd standard deviation of the embedding at initialisation */
    public RecurrentModel(Kind kind, int nLayers, Dim dModel, Dim dVocab, double embedStd, double dropout) {
        embedding = part(new Embedding("", dVocab, dModel, Initializer.normal(embedStd)));
        cells = IntStream.range(0, nLayers).mapToObj(layer -> part(cell(kind, "layers." + layer, dModel))).toList();
        dropouts = IntStream.rangeClosed(0, nLayers).mapToObj(layer -> part(new Dropout("dropouts." + layer, dropout))).toList();
        unembedding = part(new Linear("", "U", dModel, dVocab, true, Initializer.xavierNormal()));
    }

    private static RecurrentCell cell(Kind kind, String path, Dim width) {
        return switch (kind) {
            case GRU -> new GruCell(path, width, width);
            case RNN -> new RnnCell(path, width, width);
        };
    }

    @Override
    protected Tensor logits(Pass pass, Tensor tokens) {
        Tensor x = dropouts.getFirst().forward(pass, embedding.forward(pass, tokens));     // [batch pos d_model]
        Tensor h = pass.permute(x, 1, 0, 2);                                               // [pos batch d_model]
        for (int layer = 0; layer < cells.size(); layer++) {
            h = dropouts.get(layer + 1).forward(pass, cells.get(layer).forward(pass, h));
        }
        return unembedding.forward(pass, pass.permute(h, 1, 0, 2));                        // [batch pos d_vocab]
    }

    @Override
    public List<String> streamPoints() {
        return List.of();
    }

    @Override
    public List<String> layerPaths() {
        return cells.stream().map(Layer::path).toList();
    }
}
