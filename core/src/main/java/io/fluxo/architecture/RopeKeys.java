package io.fluxo.architecture;

import io.fluxo.layer.position.Rope;
import io.fluxo.layer.position.RopeScaling;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Keys;
import io.fluxo.setting.OwnSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a config.json says of rotary positions: {@code rope_parameters}, or in older files {@code rope_theta} and {@code rope_scaling}. */
record RopeKeys(double theta, Choice positions) {

    private static final String TYPES = "default, linear, llama3, yarn";

    static RopeKeys read(Config config) {
        Config own = config.mapping("rope_parameters").orElse(null);
        Config scaling = own != null ? own : config.mapping("rope_scaling").orElseGet(() -> new Config(Map.of()));
        if (own != null && config.has("rope_scaling")) {
            throw new ConfigException("rope_parameters and rope_scaling are both there, and say the same thing");
        }
        double theta = (own != null && own.has("rope_theta") ? own : config).real("rope_theta");
        if (theta <= 1) {
            throw new ConfigException("rope_theta must be above 1, not " + theta);
        }
        config.demand("partial_rotary_factor", 1);
        scaling.demand("partial_rotary_factor", 1);
        Choice positions = positions(scaling);
        scaling.requireAllAsked();
        return new RopeKeys(theta, positions);
    }

    private static Choice positions(Config scaling) {
        String key = scaling.has("rope_type") ? "rope_type" : "type"; // the older name
        scaling.passOver(List.of("type"));
        String type = scaling.has(key) ? scaling.text(key) : "default";
        Choice rope = Choice.of("rope");
        return switch (type) {
            case "default" -> rope;
            case "linear" -> rope.with(Rope.SCALING, Rope.Kind.LINEAR).with(Rope.FACTOR, scaling.real("factor"));
            case "llama3" -> rope.with(Rope.SCALING, Rope.Kind.LLAMA3).with(Rope.FACTOR, scaling.real("factor"))
                    .with(Rope.LOW_FREQ_FACTOR, scaling.real("low_freq_factor")).with(Rope.HIGH_FREQ_FACTOR, scaling.real("high_freq_factor"))
                    .with(Rope.ORIGINAL_N_CTX, scaling.size("original_max_position_embeddings"));
            case "yarn" -> rope.with(Rope.SCALING, Rope.Kind.YARN).with(Rope.FACTOR, scaling.real("factor"))
                    .with(Rope.BETA_FAST, scaling.realOr("beta_fast", 32)).with(Rope.BETA_SLOW, scaling.realOr("beta_slow", 1))
                    .with(Rope.TRUNCATE, scaling.truthOr("truncate", true)).with(Rope.ATTENTION_FACTOR, scaling.realOr("attention_factor", 0))
                    .with(Rope.ORIGINAL_N_CTX, scaling.size("original_max_position_embeddings"));
            default -> throw scaling.notComputed(key, type, TYPES);
        };
    }

    /** {@code rope_parameters} as transformers 5 reads them. */
    static Map<String, Object> written(double theta, Choice positions) {
        OwnSettings own = new OwnSettings(new Keys(new Rope(new RopeScaling.None()).keys()), positions.own());
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("rope_theta", theta);
        written.put("rope_type", switch (own.get(Rope.SCALING)) {
            case NONE -> "default";
            case LINEAR -> "linear";
            case LLAMA3 -> "llama3";
            case YARN -> "yarn";
        });
        switch (own.get(Rope.SCALING)) {
            case NONE -> { }
            case LINEAR -> written.put("factor", own.get(Rope.FACTOR));
            case LLAMA3 -> {
                written.put("factor", own.get(Rope.FACTOR));
                written.put("low_freq_factor", own.get(Rope.LOW_FREQ_FACTOR));
                written.put("high_freq_factor", own.get(Rope.HIGH_FREQ_FACTOR));
                written.put("original_max_position_embeddings", own.get(Rope.ORIGINAL_N_CTX));
            }
            case YARN -> {
                written.put("factor", own.get(Rope.FACTOR));
                written.put("beta_fast", own.get(Rope.BETA_FAST));
                written.put("beta_slow", own.get(Rope.BETA_SLOW));
                written.put("truncate", own.get(Rope.TRUNCATE));
                written.put("original_max_position_embeddings", own.get(Rope.ORIGINAL_N_CTX));
                if (own.get(Rope.ATTENTION_FACTOR) > 0) {
                    written.put("attention_factor", own.get(Rope.ATTENTION_FACTOR));
                }
            }
        }
        return written;
    }
}
