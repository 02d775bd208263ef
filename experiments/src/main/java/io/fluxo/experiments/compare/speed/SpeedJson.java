package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.experiments.compare.speed.Crossover.Extent;
import io.fluxo.experiments.file.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What speed says besides its rows: {@code {"peak", "crossovers", "overheads"}}. */
public final class SpeedJson {

    private SpeedJson() {}

    public static ObjectNode of(SpeedResult result) {
        ObjectNode root = Json.object();
        root.set("peak", of(result.peak()));
        ArrayNode crossovers = root.putArray("crossovers");
        result.crossovers().forEach(one -> crossovers.addObject().put("operation", one.operation()).put("direction", one.direction()).put("dtype", one.dtype().label())
                .put("faster", one.faster()).put("slower", one.slower()).put("from", text(one.extent())));
        ArrayNode overheads = root.putArray("overheads");
        result.overheads().forEach(one -> overheads.addObject().put("backend", one.backend()).put("dtype", one.dtype().label()).put("nanoseconds", one.nanos())
                .put("low", one.interval().low()).put("high", one.interval().high()));
        return root;
    }

    private static ObjectNode of(Peak peak) {
        ObjectNode node = Json.object().put("threads", peak.threads()).put("gflops_f32", peak.f32()).put("gflops_f64", peak.f64());
        ArrayNode bandwidths = node.putArray("bandwidths");
        peak.bandwidths().forEach(one -> bandwidths.addObject().put("bytes", one.bytes()).put("gb_per_s", one.gigabytes()));
        return node;
    }

    /** {@code always}, {@code never}, or a size. */
    public static String text(Extent extent) {
        return switch (extent) {
            case Extent.Always _ -> "always";
            case Extent.From(String size) -> size;
            case Extent.Never _ -> "never";
        };
    }
}
