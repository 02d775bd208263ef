package io.fluxo.experiments.compare;

import io.fluxo.experiments.compare.drift.DriftJson;
import io.fluxo.experiments.compare.onnx.OnnxOutcome;
import io.fluxo.experiments.compare.row.CompareRow.Figures;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.speed.SpeedFigures;
import io.fluxo.experiments.compare.speed.SpeedJson;
import io.fluxo.experiments.compare.speed.SpeedOutcome;
import io.fluxo.experiments.compare.speed.SpeedRow;
import io.fluxo.experiments.file.Json;
import io.fluxo.setting.Values;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The result as JSON. A number that is not finite, or that there is none of, is null. */
public final class CompareJson {

    private CompareJson() {}

    public static ObjectNode of(ComparisonResult result) {
        ObjectNode root = Json.object();
        ArrayNode rows = root.putArray("rows");
        result.rows().forEach(row -> rows.add(of(row)));
        result.onnx().forEach(row -> rows.add(of(row)));
        result.speed().ifPresent(speed -> speed.rows().forEach(row -> rows.add(of(row))));
        ArrayNode certificate = root.putArray("certificate");
        result.certificate().forEach(line -> {
            ObjectNode node = certificate.addObject().put("what", line.what()).put("fault", line.fault().text());
            node.set("smallest_caught", Json.number(line.smallest().orElse(Double.NaN)));
        });
        ArrayNode drift = root.putArray("drift");
        result.drift().forEach(one -> drift.add(DriftJson.of(one)));
        result.speed().ifPresent(speed -> root.set("speed", SpeedJson.of(speed)));
        return root;
    }

    /** A backend's speed in a case. Nothing is compared here but time: what throws is a bug. */
    private static ObjectNode of(SpeedRow row) {
        ObjectNode node = Json.object().put("what", row.what()).put("backend", row.backend()).putNull("reference").put("dtype", row.dtype().label());
        List.of("max_abs", "max_rel", "p99_rel", "ulp", "bound", "envelope", "ratio", "condition", "judged").forEach(node::putNull);
        CompareVerdict verdict = switch (row.outcome()) {
            case SpeedOutcome.Measured _ -> CompareVerdict.NOISE;
            case SpeedOutcome.LeftOut _, SpeedOutcome.Unsupported _ -> CompareVerdict.UNSUPPORTED;
            case SpeedOutcome.Failed _ -> CompareVerdict.BUG;
        };
        node.put("verdict", Values.label(verdict)).put("note", row.note());
        Optional<SpeedFigures> figures = row.figures();
        speed(node, "seconds", figures, SpeedFigures::seconds);
        speed(node, "seconds_low", figures, one -> one.interval().low());
        speed(node, "seconds_high", figures, one -> one.interval().high());
        speed(node, "gflops", figures, SpeedFigures::gflops);
        speed(node, "gb_per_s", figures, SpeedFigures::gbPerS);
        speed(node, "intensity", figures, SpeedFigures::intensity);
        speed(node, "fraction_of_peak", figures, SpeedFigures::fractionOfPeak);
        speed(node, "bytes_allocated", figures, SpeedFigures::bytesAllocated);
        node.putNull("replay");
        return node;
    }

    private static void speed(ObjectNode node, String key, Optional<SpeedFigures> figures, ToDoubleFunction<SpeedFigures> figure) {
        node.set(key, Json.number(figures.map(figure::applyAsDouble).orElse(Double.NaN)));
    }

    private static ObjectNode of(CompareRow row) {
        ObjectNode node = Json.object().put("what", row.what()).put("backend", row.backend()).put("reference", row.reference()).put("dtype", row.dtype().label());
        figure(node, "max_abs", row, Figures::maxAbs);
        figure(node, "max_rel", row, Figures::maxRel);
        figure(node, "p99_rel", row, Figures::p99);
        figure(node, "ulp", row, Figures::ulp);
        figure(node, "bound", row, Figures::bound);
        figure(node, "envelope", row, Figures::envelope);
        figure(node, "ratio", row, Figures::ratio);
        figure(node, "condition", row, Figures::condition);
        figure(node, "judged", row, Figures::judged);
        node.put("verdict", Values.label(row.verdict())).put("note", row.note());
        node.set("seconds", Json.number(row.seconds()));
        node.putNull("gflops").putNull("fraction_of_peak").set("replay", Json.of(row.replay().isEmpty() ? null : row.replay()));
        return node;
    }

    private static ObjectNode of(ComparisonResult.OnnxRow row) {
        OnnxOutcome outcome = row.outcome();
        ObjectNode node = Json.object().put("what", "onnx/" + outcome.name()).put("backend", row.backend()).put("reference", "onnx");
        node.set("max_abs", Json.number(outcome.maxAbs()));
        node.set("max_rel", Json.number(outcome.maxRel()));
        node.put("verdict", Values.label(outcome.verdict())).put("reason", outcome.reason());
        node.set("seconds", Json.number(outcome.seconds()));
        return node;
    }

    private static void figure(ObjectNode node, String key, CompareRow row, ToDoubleFunction<Figures> figure) {
        node.set(key, Json.number(row.figures().map(figures -> figure.applyAsDouble(figures)).orElse(Double.NaN)));
    }
}
