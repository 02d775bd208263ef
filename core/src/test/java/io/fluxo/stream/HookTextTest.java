package io.fluxo.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.Handle;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns, indices and interventions as users write them. */
class HookTextTest {

    @ParameterizedTest
    @CsvSource({"blocks.0.hook_attn_out, blocks.0.hook_attn_out, true", "blocks.0.hook_attn_out, blocks.1.hook_attn_out, false",
            "blocks.*.hook_attn_out, blocks.12.hook_attn_out, true", "blocks.*.hook_attn_out, blocks.12.hook_mlp_out, false", "blocks.0.*, blocks.0.attn.hook_z, true",
            "blocks.0.*, blocks.01.attn.hook_z, false", "*, hook_embed, true", "*hook_out, blocks.0.ln1.hook_out, true", "*.ln*.hook_out, blocks.0.ln2.hook_out, true",
            "*.ln*.hook_out, ln_final.hook_out, false", "a*a, a, false", "a*a, aa, true", "*ab*ab, xab, false", "*ab*ab, xabab, true", "a**b, ab, true", "blocks*, block, false",
            "*ab*, abx, true"})
    void aStarStandsForAnyCharacters(String pattern, String name, boolean matches) {
        assertThat(new HookPattern(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void anAliasIsMatchedToo() {
        HookPoint point = new HookPoint("blocks.0.hook_attn_out", false, List.of("blocks.0.t1"));
        assertThat(new HookPattern("*.t1").matches(point)).isTrue();
        assertThat(new HookPattern("*.t2").matches(point)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[:,:,3]", "[-1]", "[2:5]", "[:5]", "[2:]", "[-3:-1]", "[[3,7],...]", "[...,0]", "[:,[1,2],:]"})
    void anIndexIsWrittenAsItIsRead(String text) {
        assertThat(Index.parse(text)).hasToString(text);
    }

    @Test
    void anIndexIsWrittenAsItIsMade() {
        assertThat(Index.of(Index.EVERY, Index.range(2, -1), Index.at(3, 7))).hasToString("[:,2:-1,[3,7]]");
        assertThatThrownBy(Index::at).isInstanceOf(IllegalArgumentException.class).hasMessage("an index has to name at least one element of an axis");
    }

    @Test
    void everyEditSaysWhatItDoes() {
        Tensor vector = Handle.f32(4);
        assertThat(List.of(Intervention.replace("p", vector), Intervention.resample("p", Cache.everything()), Intervention.zero("p"), Intervention.mean("p"),
                Intervention.meanOverBatch("p"), Intervention.meanOverPositions("p"), Intervention.mean("p", vector), Intervention.scale("p", -2), Intervention.add("p", vector),
                Intervention.steer("p", vector, 0.5), Intervention.noise("p", 0.25, 7), new Intervention("p", value -> value).ofGradient())).extracting(Object::toString)
                .containsExactly("p=replace", "p=resample", "p=zero", "p=mean", "p=mean over the batch", "p=mean over positions", "p=given mean", "p=scale by -2.0",
                        "p=add a vector", "p=steer by 0.5", "p=noise of 0.25, seed 7", "gradient at p=change");
    }

    @Test
    void blanksAreNoMatter() {
        assertThat(Index.parse("[ :, [ 3 , 7 ] , … ]")).hasToString("[:,[3,7],...]");
        assertThat(Intervention.parse(" blocks.0.t1 [0] = mean ")).hasToString("blocks.0.t1[0]=mean");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "blocks.0.t1 | 'blocks.0.t1' does not say what becomes of the value: it is written HOOK[INDEX]=zero or HOOK[INDEX]=mean",
            "=zero | names no hook point",
            "[0]=zero | names no hook point",
            "blocks.0.t1=zeroo | there is no edit 'zeroo'; did you mean 'zero'? (legal: zero, mean)",
            "blocks.0.t1= | there is no edit '' (legal: zero, mean)",
            "blocks.0.t1[0=zero | the index '[0' has to stand in brackets",
            "blocks.0.t1[]=zero | the index '[]': '' selects nothing of an axis (legal for each axis: ':', '3', '-1', '2:5', '2:', ':5', '[3,7]', and '...' once)",
            "blocks.0.t1[0,]=zero | '' selects nothing of an axis",
            "blocks.0.t1[a]=zero | 'a' selects nothing of an axis",
            "blocks.0.t1[1.5]=zero | '1.5' selects nothing of an axis",
            "blocks.0.t1[0:1:2]=zero | '0:1:2' selects nothing of an axis",
            "blocks.0.t1[99999999999]=zero | '99999999999' selects nothing of an axis",
            "blocks.0.t1[...,...]=zero | the index '[...,...]': an index can have one '...' only",
            "blocks.0.t1[0]]=zero | the index '[0]]' closes a bracket that it did not open",
            "blocks.0.t1[[0]=zero | the index '[[0]' does not close a bracket that it opened"})
    void aWrongTextIsToldWithWhatIsLegal(String text, String message) {
        assertThatThrownBy(() -> Intervention.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("'" + text.strip() + "'").hasMessageContaining(message);
    }
}
