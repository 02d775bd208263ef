package io.fluxo.shape;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WalkTest {

    @Test
    void aWalkGoesRowByRowThroughItsStrides() {
        assertThat(Walk.through(new int[] {2, 3}, new int[] {1, 10}, 5)).containsExactly(5, 15, 25, 6, 16, 26);
        assertThat(Walk.through(new int[] {2, 2, 2}, new int[] {4, 0, 1}, 0)).containsExactly(0, 1, 0, 1, 4, 5, 4, 5);
        assertThat(Walk.through(new int[0], new int[0], 7)).containsExactly(7);
        assertThat(Walk.through(new int[] {3, 0}, new int[] {1, 1}, 0)).isEmpty();
    }

    @Test
    void whatIsBroadcastIsReadAgainAndAgain() {
        assertThat(Walk.broadcast(Shape.of(2, 1), Shape.of(2, 3))).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(Walk.broadcast(Shape.of(3), Shape.of(2, 3))).containsExactly(0, 1, 2, 0, 1, 2);
        assertThat(Walk.broadcast(Shape.of(2, 1), Shape.of(2, 2, 2))).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
        assertThat(Walk.broadcast(Shape.SCALAR, Shape.of(2))).containsExactly(0, 0);
    }
}
