package io.fluxo.block;

import static io.fluxo.block.Branch.Kind.ATTENTION;
import static io.fluxo.block.Branch.Kind.NETWORK;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a block declares about its stream: what its sub-layers return and add, and the sums by which the stream takes it up, in the order of the run.
 * Whoever decomposes or decodes the stream goes by this, and asks for no placement's name. {@code io.fluxo.inspect.StreamCheck} holds it against a run.
 *
 * @param branches the sub-layers that are there
 * @param sums     in the order of the run; each stream begins at the block's input
 */
public record StreamContract(List<Branch> branches, List<StreamSum> sums) {

    /** The stream's point before a block's first sum, under every built-in placement. */
    static final String RESID_PRE = "hook_resid_pre";
    private static final String RESID_MID = "hook_resid_mid";
    private static final String RESID_POST = "hook_resid_post";

    /** x + f, twice, the stream itself never normalised. */
    public static final StreamContract PRE = new StreamContract(List.of(Branch.plain(ATTENTION), Branch.plain(NETWORK)), List.of(
            StreamSum.of(RESID_PRE, List.of(ATTENTION), RESID_MID),
            StreamSum.of(RESID_MID, List.of(NETWORK), RESID_POST)));

    /** N(x + f), twice. */
    public static final StreamContract POST = new StreamContract(PRE.branches, List.of(
            StreamSum.of(RESID_PRE, List.of(ATTENTION), RESID_MID).normalisedAt("ln1.hook_out"),
            StreamSum.of("ln1.hook_out", List.of(NETWORK), RESID_POST).normalisedAt("hook_normalized_resid_post")));

    /** x + f + g. */
    public static final StreamContract PARALLEL = new StreamContract(PRE.branches, List.of(StreamSum.of(RESID_PRE, List.of(ATTENTION, NETWORK), RESID_POST)));

    public StreamContract {
        branches = List.copyOf(branches);
        sums = List.copyOf(sums);
        for (StreamSum sum : sums) {
            for (Branch.Kind kind : sum.adds()) {
                if (branches.stream().noneMatch(branch -> branch.kind() == kind)) {
                    throw new IllegalArgumentException(Text.format("the sum %s adds what no declared branch contributes", sum));
                }
            }
        }
    }

    /** The same, with another branch in the place of the one of its kind. */
    public StreamContract with(Branch branch) {
        return new StreamContract(branches.stream().map(one -> one.kind() == branch.kind() ? branch : one).toList(), sums);
    }

    /** The same, with a further sum: of another stream. */
    public StreamContract with(StreamSum sum) {
        List<StreamSum> more = new ArrayList<>(sums);
        more.add(sum);
        return new StreamContract(branches, more);
    }

    /** The same, whose sums multiply the stream by {@code factor}. */
    public StreamContract carrying(double factor) {
        return eachSum(sum -> sum.carrying(factor));
    }

    /** The same under a residual connection: whatever it weighs, the block shows as the contribution. */
    public StreamContract under(Residual residual) {
        StreamContract carried = carrying(residual.carry());
        return residual.weight() == 1 ? carried : new StreamContract(branches.stream().map(Branch::weighed).toList(), carried.sums);
    }

    /** The same of a block whose model leaves out attention: sums of attention alone are gone. */
    StreamContract withoutAttention() {
        return without(ATTENTION);
    }

    /** The same of a block whose model leaves out the network: the attention step ends in {@code hook_resid_post}. */
    StreamContract withoutNetwork() {
        return without(NETWORK).eachSum(sum -> sum.to().equals(RESID_MID) ? sum.to(RESID_POST) : sum);
    }

    private StreamContract without(Branch.Kind gone) {
        List<StreamSum> left = new ArrayList<>();
        Map<String, String> instead = new TreeMap<>();
        for (StreamSum sum : sums) {
            StreamSum changed = sum.without(gone).from(instead.getOrDefault(sum.from(), sum.from()));
            if (changed.adds().isEmpty()) {
                instead.put(sum.end(), changed.from());
            } else {
                left.add(changed);
            }
        }
        return new StreamContract(branches.stream().filter(branch -> branch.kind() != gone).toList(), left);
    }

    private StreamContract eachSum(UnaryOperator<StreamSum> change) {
        return new StreamContract(branches, sums.stream().map(change).toList());
    }

    /** How many streams run side by side. */
    public int streams() {
        return sums.stream().mapToInt(StreamSum::stream).max().orElse(0) + 1;
    }

    /** The sums of one stream. */
    public List<StreamSum> of(int stream) {
        return sums.stream().filter(sum -> sum.stream() == stream).toList();
    }

    /** Whether the first stream only adds up: it is never normalised, and never multiplied. */
    public boolean additive() {
        return of(0).stream().allMatch(sum -> sum.carry() == 1 && sum.normalised().isEmpty());
    }

    /** Whether a norm of the first stream itself follows one of its sums. */
    public boolean normalises() {
        return of(0).stream().anyMatch(sum -> sum.normalised().isPresent());
    }

    /** Whether a norm of the first stream itself follows each of its sums. */
    public boolean postLike() {
        return !of(0).isEmpty() && of(0).stream().allMatch(sum -> sum.normalised().isPresent());
    }

    /** Whether one sum takes up both sub-layers, so that neither sees what the other adds. */
    public boolean parallel() {
        return of(0).stream().anyMatch(sum -> sum.adds().size() > 1);
    }

    /** Whether the stream goes past every sub-layer. */
    public boolean carries() {
        return of(0).stream().allMatch(sum -> sum.carry() != 0);
    }

    /** The branch of {@code kind}, which has to be there. */
    public Branch branch(Branch.Kind kind) {
        return branches.stream().filter(branch -> branch.kind() == kind).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(Text.format("the block has no %s", kind == ATTENTION ? "attention" : "feed-forward network")));
    }

    /** Whether there is a branch of {@code kind}. */
    public boolean has(Branch.Kind kind) {
        return branches.stream().anyMatch(branch -> branch.kind() == kind);
    }

    /** The common names, within the block, that other points stand for: {@code hook_attn_contribution} → {@code hook_attn_out}. */
    public Map<String, String> aliases() {
        Map<String, String> aliases = new TreeMap<>();
        branches.forEach(branch -> aliases.putAll(branch.aliases()));
        return aliases;
    }
}
