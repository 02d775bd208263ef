package io.fluxo.experiments.study.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.train.Measures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What is read from {@code trial.json} is what was written, or it is refused. */
class TrialRecordTest {

    private static final Path FILE = Path.of("run of mine", "trials", "seed=1", "trial.json");

    private final Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();
    private final TrialResult result = new TrialResult(trial, TrialStatus.FINISHED, 2.5, OptionalDouble.of(1e-7), 1_616, 30, 0.25, new Proofs(List.of("proved"), List.of()),
            Map.of(Measures.UPDATE_RATIO.label(), List.of("W_E")), Findings.NONE.with("accuracy", 0.1).with(new AxisCurve("loss_by_pairs", "pairs", List.of(1.0), List.of(0.3))), "");

    @Test
    void whatIsWrittenReadsBackEqual() {
        assertThat(read(TrialRecord.write(result))).isEqualTo(result);
        TrialResult diverged = new TrialResult(trial, TrialStatus.DIVERGED, Double.NaN, OptionalDouble.empty(), 0, 4, 0.1, Proofs.NONE, Map.of(), Findings.NONE,
                "the loss of step 4 is not finite");
        assertThat(read(TrialRecord.write(diverged))).isEqualTo(diverged);
    }

    @Test
    void everyOtherBitIsNoticedOrMeansTheSame() {
        byte[] written = Json.pretty(TrialRecord.write(result)).getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int bit = 0; bit < 8 * written.length; bit++) {
            byte[] flipped = written.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(TrialRecord.read(FILE, new String(flipped, StandardCharsets.ISO_8859_1), trial)).as("bit %d", bit).isEqualTo(result); // 1.0e-7 is 1.0E-7
            } catch (BadInput noticed) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(8 * written.length * 9 / 10);
    }

    @Test
    void anEditedNumberIsToldWithWhatToDo() {
        ObjectNode record = TrialRecord.write(result);
        record.put("final_loss", 0.5);
        assertThatThrownBy(() -> read(record)).isInstanceOf(BadInput.class).hasMessageStartingWith(FILE + ": was changed since it was written, or is damaged")
                .hasMessageContaining("delete its folder 'run of mine/trials/seed=1' and --resume");
        record.remove("sha256");
        assertThatThrownBy(() -> read(record)).hasMessageContaining("has no checksum (sha256)");
    }

    /** Types are checked also where somebody made the checksum fit. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            final_loss      | "x"       | final_loss must be a number or null
            final_loss      | null      | final_loss is null, but the outcome 'finished'
            validation_loss | true      | validation_loss must be a number or null
            outcome         | "done"    | outcome: 'done' is not one of finished, diverged, failed
            outcome         | "failed"  | final_loss is 2.5, but the outcome 'failed'
            steps           | 3.5       | steps must be a whole number
            steps           | "30"      | steps must be a whole number
            parameters      | null      | parameters must be a whole number
            seconds         | []        | seconds must be a number or null
            proved          | "yes"     | proved must be a list
            proved          | [1]       | proved must be a list of texts
            parameters      | 9223372036854775808 | parameters must be a whole number
            labels          | {"x": 1}  | labels must be a list
            labels          | []        | labels must be a mapping
            figures         | {"a": "1"} | figures must be a number or null
            curves          | {}        | curves must be a list
            message         | 7         | message must be text
            seed            | "1"       | seed must be a whole number
            seed            | 2         | belongs to another specification
            specification   | {}        | belongs to another specification
            """)
    void refusesWhatIsNoResult(String key, String value, String message) {
        ObjectNode record = TrialRecord.write(result);
        record.set(key, Json.parse(value));
        record.remove("sha256");
        record.put("sha256", Fingerprint.sha256(Json.line(record).getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> read(record)).isInstanceOf(BadInput.class).hasMessageContaining(message);
    }

    private TrialResult read(ObjectNode record) {
        return TrialRecord.read(FILE, Json.pretty(record), trial);
    }
}
