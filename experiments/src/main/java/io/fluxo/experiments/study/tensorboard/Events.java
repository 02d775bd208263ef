package io.fluxo.experiments.study.tensorboard;

import static io.fluxo.model.ModelSpec.FAMILY;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Values;
import java.util.List;
import java.util.Map;

/**
 * What is told of a trial as TensorBoard's {@code Event} messages. The HParams tab reads its own messages out of a summary's metadata. Scalars are in
 * single precision, as everywhere in TensorBoard.
 */
final class Events {

    /** The tag that every step has, and nothing else. */
    static final String LOSS = "loss";

    static final String SESSION_START = "_hparams_/session_start_info";
    static final String SESSION_END = "_hparams_/session_end_info";

    /** Fields of {@code Event}, which {@link EventFile} reads back. */
    static final int WALL_TIME = 1;
    static final int STEP = 2;
    static final int SUMMARY = 5;
    /** The one field of {@code Summary}. */
    static final int VALUE = 1;
    /** The first field of {@code Summary.Value}. */
    static final int TAG = 1;

    private static final int FILE_VERSION = 3;
    private static final int SESSION_LOG = 7;
    private static final int SIMPLE_VALUE = 2;
    private static final int METADATA = 9;

    private static final int SESSION_LOG_START = 1;
    private static final int SUCCESS = 1;
    private static final int FAILURE = 2;

    private static final String BY_LAYER = "_by_layer";

    private Events() {}

    private static Message event(double wallTime, long step) {
        return new Message().number(WALL_TIME, wallTime).whole(STEP, step);
    }

    /** The first event of every file. */
    static byte[] version(double wallTime) {
        return event(wallTime, 0).text(FILE_VERSION, "brain.Event:2").bytes();
    }

    /** Everything told before is void: a TensorBoard that has read an earlier file of the trial forgets it. */
    static byte[] restart(double wallTime) {
        return event(wallTime, 0).message(SESSION_LOG, new Message().whole(1, SESSION_LOG_START)).bytes();
    }

    /** The trial with what distinguishes it from others: the varied keys, and the seed. */
    static byte[] sessionStart(double wallTime, Trial trial) {
        Message info = new Message();
        trial.vary().forEach((key, value) -> info.message(1, hyperparameter(key, value)));
        info.message(1, hyperparameter("seed", trial.seed()));
        info.number(5, wallTime);
        return event(wallTime, 0).message(SUMMARY, new Message().message(VALUE, hparams(SESSION_START, 3, info))).bytes();
    }

    /** An entry of a map from keys to {@code google.protobuf.Value}. */
    private static Message hyperparameter(String key, Object value) {
        Message typed = switch (value) {
            case Boolean flag -> new Message().flag(4, flag);
            case Number number -> new Message().number(2, number.doubleValue());
            default -> new Message().text(3, Values.label(value));
        };
        return new Message().text(1, key).message(2, typed);
    }

    /** @param field the field of the plugin's data that {@code info} is */
    private static Message hparams(String tag, int field, Message info) {
        Message plugin = new Message().text(1, "hparams").message(2, new Message().message(field, info));
        return new Message().text(TAG, tag).message(METADATA, new Message().message(1, plugin));
    }

    /** @param labels what the entries of measures are, where they are not layers */
    static byte[] step(double wallTime, Trial trial, StepMetrics metrics, Map<String, List<String>> labels) {
        Message summary = new Message();
        scalar(summary, LOSS, metrics.loss());
        metrics.validationLoss().ifPresent(loss -> scalar(summary, "validation_loss", loss));
        if (trial.model().get(FAMILY) != ModelSpec.Family.NGRAM) { // which is counted, at no rate
            scalar(summary, "learning_rate", metrics.learningRate());
        }
        metrics.byLayer().forEach((measure, figures) -> {
            List<String> names = labels.getOrDefault(measure, List.of());
            String group = measure.endsWith(BY_LAYER) ? measure.substring(0, measure.length() - BY_LAYER.length()) : measure;
            for (int i = 0; i < figures.length; i++) {
                scalar(summary, group + "/" + (i < names.size() ? names.get(i) : "layer_" + i), figures[i]);
            }
        });
        return event(wallTime, metrics.step()).message(SUMMARY, summary).bytes();
    }

    /** What came of the trial, by which the HParams tab compares trials. */
    static byte[] sessionEnd(double wallTime, TrialResult result) {
        Message summary = new Message();
        summary.message(VALUE, hparams(SESSION_END, 4, new Message().whole(1, result.outcome() == TrialStatus.FINISHED ? SUCCESS : FAILURE).number(2, wallTime)));
        if (result.outcome() == TrialStatus.FINISHED) {
            scalar(summary, "final_loss", result.finalLoss());
            result.findings().figures().forEach((name, value) -> scalar(summary, name, value));
        }
        return event(wallTime, result.steps()).message(SUMMARY, summary).bytes();
    }

    private static void scalar(Message summary, String tag, double value) {
        summary.message(VALUE, new Message().text(TAG, tag).single(SIMPLE_VALUE, (float) value));
    }
}
