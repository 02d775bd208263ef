package io.fluxo.experiments.verify.measure;

import io.fluxo.experiments.verify.Digits;
import io.fluxo.property.BlockCase;
import io.fluxo.property.Outcome;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;

/** Whether other values of some tokens, ordinary and huge, leave the bits of the rows that they must not reach. */
public final class Unmoved {

    private final Specimen specimen;
    private final HostArray xs;
    private final HostArray before;
    private final int width;

    private Unmoved(Specimen specimen) {
        this.specimen = specimen;
        xs = specimen.xs();
        before = specimen.output(xs);
        width = specimen.drawn().dModel();
    }

    /** Which row must not depend on a token of its own sequence, both by position. */
    @FunctionalInterface
    public interface Apart {
        boolean apart(int row, int token);
    }

    /** Token by token, each in one of the sequences: rows that {@code apart} names, and all rows of other sequences, keep their bits. */
    public static Outcome byTokens(Specimen specimen, Apart apart) {
        Unmoved unmoved = new Unmoved(specimen);
        Outcome outcome = Outcome.pass();
        for (int token = 0; outcome.equals(Outcome.pass()) && token < specimen.drawn().pos(); token++) {
            outcome = unmoved.when(token % specimen.drawn().batch(), token, token + 1, apart);
        }
        return outcome;
    }

    /** Sequence by sequence: all rows of the others keep their bits. */
    public static Outcome bySequences(Specimen specimen) {
        Unmoved unmoved = new Unmoved(specimen);
        Outcome outcome = Outcome.pass();
        for (int sequence = 0; outcome.equals(Outcome.pass()) && sequence < specimen.drawn().batch(); sequence++) {
            outcome = unmoved.when(sequence, 0, specimen.drawn().pos(), (_, _) -> false);
        }
        return outcome;
    }

    /** Moves the tokens {@code from … to − 1} of {@code moved}. */
    private Outcome when(int moved, int from, int to, Apart apart) {
        double huge = specimen.dtype() == DType.F64 ? 1e60 : 1e12;
        for (double scale : new double[] {-1, huge}) {
            HostArray after = specimen.output(with(moved, from, to, scale));
            for (int sequence = 0; sequence < specimen.drawn().batch(); sequence++) {
                for (int i = 0; i < specimen.drawn().pos(); i++) {
                    boolean watched = sequence != moved || apart.apart(i, from);
                    double[] a = HostMatrix.row(before, sequence, i);
                    double[] b = HostMatrix.row(after, sequence, i);
                    for (int c = 0; watched && c < a.length; c++) {
                        if (!Double.isFinite(a[c])) {
                            return Outcome.vacuous("h is not finite");
                        }
                        if (Double.doubleToRawLongBits(a[c]) != Double.doubleToRawLongBits(b[c])) {
                            return Outcome.fail(Text.format("feature %d of %s changed from %s to %s when %s changed%s", c + 1, row("h", sequence, i, moved), a[c], b[c],
                                    to == from + 1 ? row("x", moved, from, sequence) : "sequence " + (moved + 1), scale > 0 ? " to values of size " + Digits.text(scale) : ""));
                        }
                    }
                }
            }
        }
        return Outcome.pass();
    }

    /** {@code h_3}, and its sequence where another one is spoken of too. */
    private static String row(String symbol, int sequence, int i, int other) {
        return Text.format("%s_%d", symbol, i + 1) + (sequence == other ? "" : " of sequence " + (sequence + 1));
    }

    /** The input with other features at those tokens, of the same size and opposite sign where {@code scale} is −1. */
    private HostArray with(int sequence, int from, int to, double scale) {
        BlockCase drawn = specimen.drawn();
        double[] values = xs.toDoubles().clone();
        for (int j = from; j < to; j++) {
            for (int c = 0; c < width; c++) {
                int at = (sequence * drawn.pos() + j) * width + c;
                values[at] = scale < 0 ? -values[at] + (c + 1) * drawn.inputScale() : scale * (c % 2 == 0 ? 1 : -0.5);
            }
        }
        return HostArray.of(xs.shape(), xs.dtype(), values);
    }
}
