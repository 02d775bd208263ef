package io.fluxo.experiments.study.work;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which trials of a round a process begins with: every N-th. It says where to begin and nothing else; whoever has trained its own goes on with the others'.
 *
 * @param index from 0, as Slurm's and Kubernetes' indices
 * @param of    number of shards
 */
public record Shard(int index, int of) {

    /** All trials, in order. */
    public static final Shard WHOLE = new Shard(0, 1);

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

    /** @throws BadInput unless {@code text} is {@code I/N} with I from 0 to N − 1 */
    public static Shard parse(String text) {
        Matcher written = WRITTEN.matcher(text);
        if (!written.matches()) {
            throw new BadInput(Text.format("--shard %s: must be I/N, such as 0/4: the first of four", text));
        }
        Shard shard = new Shard(Integer.parseInt(written.group(1)), Integer.parseInt(written.group(2)));
        if (shard.index >= shard.of) {
            throw new BadInput(Text.format("--shard %s: shards are counted from 0: I must be less than N", text));
        }
        return shard;
    }

    /** {@code items}, this shard's own first. */
    <T> List<T> first(List<T> items) {
        return Stream.concat(IntStream.range(0, items.size()).filter(this::owns).mapToObj(items::get),
                IntStream.range(0, items.size()).filter(at -> !owns(at)).mapToObj(items::get)).toList();
    }

    private boolean owns(int at) {
        return at % of == index;
    }
}
