package io.fluxo.experiments.study.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {

    @Test
    void beginsWithItsOwnAndLeavesNothingOut() {
        List<String> trials = List.of("a", "b", "c", "d", "e");
        assertThat(Shard.parse("0/2").first(trials)).containsExactly("a", "c", "e", "b", "d");
        assertThat(Shard.parse("1/2").first(trials)).containsExactly("b", "d", "a", "c", "e");
        assertThat(Shard.parse("7/8").first(trials)).isEqualTo(trials);
        assertThat(Shard.WHOLE.first(trials)).isEqualTo(trials);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2/2", "1", "-1/2", "a/b", "0/0", "1/2/3", "", "0/9999999999", "١/٢"})
    void whatIsNoShardIsRefused(String text) {
        assertThatThrownBy(() -> Shard.parse(text)).isInstanceOf(BadInput.class).hasMessageStartingWith("--shard " + text + ": ");
    }
}
