package io.fluxo.experiments.compare.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummationTreeTest {

    private static double oneByOne(double[] terms, int from, int to, int stride) {
        double sum = terms[from];
        for (int i = from + stride; i < to; i += stride) {
            sum += terms[i];
        }
        return sum;
    }

    private static double halves(double[] terms, int from, int to) {
        return to - from == 1 ? terms[from] : halves(terms, from, (from + to) / 2) + halves(terms, (from + to) / 2, to);
    }

    @Test
    void oneAfterTheOther() {
        assertThat(SummationTree.of(terms -> oneByOne(terms, 0, terms.length, 1), 8)).isEqualTo("(0…7)");
    }

    @Test
    void inHalves() {
        assertThat(SummationTree.of(terms -> halves(terms, 0, terms.length), 8)).isEqualTo("(((0…1) (2…3)) ((4…5) (6…7)))");
    }

    @Test
    void fourLanesThatMeetInTheEnd() {
        assertThat(SummationTree.of(terms -> (oneByOne(terms, 0, 8, 4) + oneByOne(terms, 1, 8, 4)) + (oneByOne(terms, 2, 8, 4) + oneByOne(terms, 3, 8, 4)), 8))
                .isEqualTo("(((0 4) (1 5)) ((2 6) (3 7)))");
    }

    @Test
    void fromTheEnd() {
        assertThat(SummationTree.of(terms -> {
            double sum = terms[terms.length - 1];
            for (int i = terms.length - 2; i >= 0; i--) {
                sum += terms[i];
            }
            return sum;
        }, 4)).isEqualTo("(0 (1 (2…3)))");
    }
}
