package io.fluxo.proof;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which tokens may reach which rows of a tensor [batch pos …]. A token that is missing from a row's set is proved not to change it. Where
 * there are fewer rows than tokens, they stand at the last of them. Code counts from 0, text from 1 as in x_1 … x_N.
 *
 * @param batch  sequences
 * @param rows   rows of each sequence
 * @param tokens tokens of each sequence
 * @param reach  for each row, those of sequence 0 first, the tokens that may reach it, token j of sequence b under the number b·tokens + j
 */
public record Dependence(int batch, int rows, int tokens, List<TokenSet> reach) {

    public Dependence {
        reach = List.copyOf(reach);
    }

    /** Whether {@code token} of a sequence may reach {@code row} of the same, in any sequence. */
    public boolean reaches(int token, int row) {
        return IntStream.range(0, batch).anyMatch(sequence -> reaches(sequence, token, sequence, row));
    }

    /** Whether {@code token} of sequence {@code from} may reach {@code row} of sequence {@code to}. */
    public boolean reaches(int from, int token, int to, int row) {
        return reach.get(to * rows + row).contains(from * tokens + token);
    }

    public boolean isTokenDiagonal() {
        return violation(TokenClaim.TOKEN_DIAGONAL).isEmpty();
    }

    public boolean isCausal() {
        return violation(TokenClaim.CAUSAL).isEmpty();
    }

    /** Whether every row may be reached by each of its tokens that {@code claim} permits: what a proof of absence leaves open. */
    public boolean isFull(TokenClaim claim) {
        return IntStream.range(0, batch * rows).allMatch(row -> IntStream.range(0, tokens)
                .allMatch(token -> !claim.permits(position(row), token) || reach.get(row).contains(row / rows * tokens + token)));
    }

    /** The first row that depends on a token it should not: {@code h_2 depends on x_5}. */
    public Optional<String> violation(TokenClaim claim) {
        return violation(claim, "h");
    }

    /** The same with the rows called {@code symbol}. */
    public Optional<String> violation(TokenClaim claim, String symbol) {
        for (int row = 0; row < reach.size(); row++) {
            int sequence = row / rows;
            int position = position(row);
            IntPredicate forbidden = token -> token / tokens != sequence || !claim.permits(position, token % tokens);
            var first = reach.get(row).tokens().filter(forbidden).findFirst();
            if (first.isPresent()) {
                boolean same = first.getAsInt() / tokens == sequence;
                return Optional.of(Text.format("%s_%d%s depends on x_%d%s", symbol, position + 1, same ? "" : " of sequence " + (sequence + 1),
                        first.getAsInt() % tokens + 1, same ? "" : " of sequence " + (first.getAsInt() / tokens + 1)));
            }
        }
        return Optional.empty();
    }

    /** The position of row number {@code row} among its sequence's tokens. */
    private int position(int row) {
        return row % rows + tokens - rows;
    }

    /** {@code row i ← {i}}, {@code row i ← {1 … i}}, or row by row where there is no such pattern. */
    public String describe() {
        if (reach.stream().allMatch(TokenSet::isEmpty)) {
            return "row i ← {}";
        }
        if (isTokenDiagonal() && isFull(TokenClaim.TOKEN_DIAGONAL)) {
            return "row i ← {i}";
        }
        if (isCausal() && isFull(TokenClaim.CAUSAL)) {
            return "row i ← {1 … i}";
        }
        boolean apart = violation(TokenClaim.WITHIN_SEQUENCE).isEmpty();
        if (apart && isFull(TokenClaim.WITHIN_SEQUENCE)) {
            return Text.format("row i ← {1 … %d}", tokens);
        }
        boolean alike = apart && IntStream.range(0, reach.size()).allMatch(row -> own(row).equals(own(row % rows)));
        return IntStream.range(0, alike ? rows : reach.size())
                .mapToObj(row -> Text.format("row %s ← %s", name(row / rows, position(row), alike), alike ? runs(own(row), 0, true)
                        : IntStream.range(0, batch).mapToObj(sequence -> runs(of(row, sequence), sequence, false)).filter(text -> !text.equals("{}"))
                                .collect(Collectors.joining(" ∪ "))))
                .collect(Collectors.joining(", "));
    }

    /** The positions of the tokens of the row's own sequence that reach it. */
    private List<Integer> own(int row) {
        return of(row, row / rows);
    }

    private List<Integer> of(int row, int sequence) {
        return reach.get(row).tokens().filter(token -> token / tokens == sequence).map(token -> token % tokens).boxed().toList();
    }

    /** Positions with runs shortened: {1 … 3, 5}. */
    private static String runs(List<Integer> positions, int sequence, boolean alike) {
        List<String> parts = new ArrayList<>();
        for (int from = 0, to; from < positions.size(); from = to + 1) {
            to = from;
            while (to + 1 < positions.size() && positions.get(to + 1) == positions.get(to) + 1) {
                to++;
            }
            String first = name(sequence, positions.get(from), alike);
            parts.add(from == to ? first : first + (to == from + 1 ? ", " : " … ") + name(sequence, positions.get(to), alike));
        }
        return parts.stream().collect(Collectors.joining(", ", "{", "}"));
    }

    /** A position from 1, or sequence and position where the sequences differ: {@code 2.3}. */
    private static String name(int sequence, int position, boolean alike) {
        return alike ? Integer.toString(position + 1) : (sequence + 1) + "." + (position + 1);
    }

    @Override
    public String toString() {
        return describe();
    }
}
