package io.fluxo.inspect;

import io.fluxo.block.Block;
import io.fluxo.block.StreamContract;
import io.fluxo.block.StreamSum;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.Transformer;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What a model's blocks declare about its stream, together: which instruments have a meaning there, and at which hook points. An instrument asks first, and
 * refuses with the reason. {@link StreamCheck} holds the declarations against a run.
 */
public final class ModelContract {

    private final LanguageModel model;
    private final List<Block> blocks;

    private ModelContract(LanguageModel model) {
        this.model = model;
        blocks = model instanceof Transformer transformer ? transformer.blocks() : List.of();
    }

    public static ModelContract of(LanguageModel model) {
        return new ModelContract(model);
    }

    /**
     * A place at which the stream can be read as if the model ended there.
     *
     * @param layer  the block it belongs to, from 0
     * @param within whether it stands between the block's sub-layers
     * @param hooks  one hook point for each of the model's streams, in full
     */
    public record LensPoint(int layer, boolean within, List<String> hooks) {}

    /** How many streams there are, those that run side by side in one tensor counted as one: 0 where nothing is declared. */
    public int streams() {
        return blocks.isEmpty() || undeclared().isPresent() ? 0 : contract(blocks.getFirst()).streams();
    }

    /** Why the model's logits cannot be taken apart into what its sub-layers contributed; empty where they can. */
    public Optional<String> againstDecomposition() {
        if (!(model instanceof Transformer)) {
            return Optional.of("it is no transformer, and has no residual stream");
        }
        return undeclared().or(this::unequalStreams);
    }

    /** Why no place of the stream can be read as if the model ended there; empty where some can. */
    public Optional<String> againstLens() {
        return againstDecomposition().or(() -> blocks.stream().filter(block -> !contract(block).carries()).findFirst()
                .map(block -> Text.format("the stream does not go past the sub-layers of %s, so that what stands in it is no part of the answer", block.path())))
                .or(this::unnormalised);
    }

    /** Why nothing can be shown or changed between attention and the network; empty where something can. */
    public Optional<String> againstMiddle() {
        return againstDecomposition().or(() -> blocks.stream().filter(block -> contract(block).parallel()).findFirst()
                .map(block -> Text.format("attention and the network stand side by side in %s, with nothing between them", block.path())));
    }

    /**
     * Refuses {@code instrument} where there is a reason against it.
     *
     * @param against the answer of one of the questions above
     * @throws MeaninglessInstrumentException that names the reason
     */
    public void require(String instrument, Optional<String> against) {
        against.ifPresent(reason -> {
            throw new MeaninglessInstrumentException(Text.format("%s has no meaning on this model: %s", instrument, reason));
        });
    }

    /** The places at which a lens reads, in the order of the run: x_0, and the end of each sum. Refuses where there are none. */
    public List<LensPoint> lensPoints() {
        require("a lens", againstLens());
        List<LensPoint> points = new ArrayList<>();
        for (int layer = 0; layer < blocks.size(); layer++) {
            StreamContract contract = contract(blocks.get(layer));
            String path = blocks.get(layer).path() + ".";
            if (layer == 0) {
                points.add(new LensPoint(0, false, streams(contract, stream -> path + contract.of(stream).getFirst().from())));
            }
            List<StreamSum> sums = contract.of(0);
            if (contract.streams() == 1) {
                for (StreamSum sum : sums.subList(0, sums.size() - 1)) {
                    points.add(new LensPoint(layer, true, List.of(path + sum.end())));
                }
            }
            points.add(new LensPoint(layer, false, streams(contract, stream -> path + contract.of(stream).getLast().end())));
        }
        return points;
    }

    private static List<String> streams(StreamContract contract, IntFunction<String> hook) {
        return IntStream.range(0, contract.streams()).mapToObj(hook).toList();
    }

    /** What the model reads after its last block: the stream itself, its final norm, or the ending of a stack of several streams. */
    public String reading() {
        boolean several = streams() > 1 || streams() == 1 && contract(blocks.getFirst()).sideBySide();
        String ended = several ? "the stack's ending of its streams" : "the stream";
        return model instanceof Transformer transformer && transformer.hasFinalNorm() ? "the final norm of " + ended : ended;
    }

    /**
     * The logits of a place of the stream: what the model does after its last block, done there.
     *
     * @param streams the values at a {@link LensPoint}'s hook points
     */
    public Tensor read(Pass pass, List<Tensor> streams) {
        require("a lens", againstLens());
        Transformer transformer = (Transformer) model;
        return transformer.unembed(pass, transformer.stack().ending(pass, streams));
    }

    /** The declaration of a block that declares something. */
    static StreamContract contract(Block block) {
        return block.contract().orElseThrow(() -> new IllegalStateException(block.path() + " declares nothing about its stream"));
    }

    private Optional<String> undeclared() {
        return blocks.stream().filter(block -> block.contract().isEmpty()).findFirst().map(block -> Text.format("%s (%s) %s", block.path(), block.getClass().getSimpleName(),
                block.undeclared()));
    }

    private Optional<String> unequalStreams() {
        return blocks.stream().filter(block -> contract(block).streams() != contract(blocks.getFirst()).streams()).findFirst()
                .map(block -> Text.format("%s has %d streams and %s has %d", blocks.getFirst().path(), contract(blocks.getFirst()).streams(), block.path(),
                        contract(block).streams()));
    }

    /** Where the last block's own norm is what the unembedding reads, a stream that is not normalised is nothing it can read. */
    private Optional<String> unnormalised() {
        Transformer transformer = (Transformer) model;
        if (blocks.isEmpty() || transformer.hasFinalNorm() || !contract(blocks.getLast()).postLike()) {
            return Optional.empty();
        }
        return blocks.stream().filter(block -> !contract(block).postLike()).findFirst().map(block -> Text.format(
                "the unembedding reads what the norm of %s returns, and %s hands on a stream that is not normalised", blocks.getLast().path(), block.path()));
    }
}
