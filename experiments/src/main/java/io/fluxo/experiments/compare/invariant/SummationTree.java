package io.fluxo.experiments.compare.invariant;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * In which order a black box adds up n numbers, found out by asking it (FPRev: Zhang et al. 2024, arXiv 2411.00442). With all terms 1 but term i, which is M, and
 * term j, which is −M, and M so large that M + n = M, exactly those terms count that are added after i and j have met: n − result is the size of the smallest
 * subtree that holds both.
 */
public final class SummationTree {

    /** M + n = M for every n that is asked, in f32 and f64, and M does not overflow. */
    private static final double M = 0x1p100;

    private SummationTree() {}

    /** The black box: the sum of these terms. */
    @FunctionalInterface
    public interface Summing {
        double sum(double[] terms);
    }

    /** The tree in brackets, a run of terms added one after the other as {@code 0…7}: {@code ((0…3) (4…7))}. */
    public static String of(Summing black, int n) {
        return tree(black, n, IntStream.range(0, n).boxed().toList());
    }

    private static String tree(Summing black, int n, List<Integer> leaves) {
        if (leaves.size() == 1) {
            return Integer.toString(leaves.getFirst());
        }
        int first = leaves.getFirst();
        // the other leaves by the size of the subtree in which they meet the first: innermost first
        List<List<Integer>> levels = new ArrayList<>();
        leaves.stream().skip(1).collect(Collectors.groupingBy(leaf -> subtree(black, n, first, leaf), TreeMap::new, Collectors.toList()))
                .forEach((_, met) -> levels.add(met));
        StringBuilder text = new StringBuilder(Integer.toString(first));
        int last = first;
        boolean run = true;
        for (List<Integer> met : levels) {
            boolean next = run && met.size() == 1 && met.getFirst() == last + 1;
            if (next) {
                last++;
            } else {
                text = new StringBuilder(run ? sequence(first, last) : text.toString());
                text = new StringBuilder(Text.format("(%s %s)", text, tree(black, n, met)));
                run = false;
            }
        }
        return run ? sequence(first, last) : text.toString();
    }

    private static String sequence(int first, int last) {
        return first == last ? Integer.toString(first) : Text.format("(%d…%d)", first, last);
    }

    private static int subtree(Summing black, int n, int i, int j) {
        double[] terms = new double[n];
        Arrays.fill(terms, 1);
        terms[i] = M;
        terms[j] = -M;
        return n - (int) Math.round(black.sum(terms));
    }
}
