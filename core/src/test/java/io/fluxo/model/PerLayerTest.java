package io.fluxo.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.setting.PerLayer.Range;
import io.fluxo.setting.PerLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerLayerTest {

    @Test
    void namesLayersOneByOneInRangesAndToTheEnd() {
        PerLayer<String> value = layered("0-2", "post", "4", "none", "6-", "rezero");
        assertThat(List.of(0, 1, 2, 3, 4, 5, 6, 7).stream().map(value::at)).containsExactly("post", "post", "post", "pre", "none", "pre", "rezero", "rezero");
        assertThat(value).hasToString("{default: pre, 0-2: post, 4: none, 6-: rezero}");
        assertThat(value.values(4)).containsExactly("post", "pre");
        assertThat(value.violation(8)).isEmpty();
    }

    @Test
    void oneValueForAllIsThatValue() {
        assertThat(PerLayer.of("pre").isUniform()).isTrue();
        assertThat(PerLayer.of("pre")).hasToString("pre");
        assertThat(PerLayer.of("pre").at(17)).isEqualTo("pre");
    }

    @Test
    void overlappingRangesAndLayersThatAreNotThereAreSaid() {
        assertThat(layered("0-2", "post", "2-3", "none").violation(6)).hasValueSatisfying(message ->
                assertThat(message).contains("'0-2' and '2-3' overlap"));
        assertThat(layered("4-", "post", "5", "none").violation(6)).hasValueSatisfying(message -> assertThat(message).contains("overlap"));
        assertThat(layered("6", "post").violation(6)).hasValueSatisfying(message -> assertThat(message).contains("'6' reaches beyond the last of 6 layers",
                "0 … 5"));
        assertThat(layered("3-6", "post").violation(6)).isPresent();
        assertThat(layered("0", "post").violation(0)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "2-1", "a", "1-2-3", "1 - 2", "1.0", "99999999", "0x1", "-"})
    void whatNamesNoLayersIsNoRange(String text) {
        assertThat(Range.parse(text)).isEmpty();
    }

    private static PerLayer<String> layered(String... rangesAndValues) {
        SequencedMap<Range, String> exceptions = new LinkedHashMap<>();
        for (int i = 0; i < rangesAndValues.length; i += 2) {
            exceptions.put(Range.parse(rangesAndValues[i]).orElseThrow(), rangesAndValues[i + 1]);
        }
        return new PerLayer<>("pre", exceptions);
    }
}
