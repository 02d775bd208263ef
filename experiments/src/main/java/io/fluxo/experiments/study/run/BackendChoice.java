package io.fluxo.experiments.study.run;

import java.util.Optional;

/**
 * A backend as the user asked for it.
 *
 * @param name    a registered backend's name
 * @param dtype   {@code f32}, {@code f64} or {@code bf16}; empty for the backend's own default
 * @param device  number of the device, from 0
 * @param threads worker threads for one trial; the results do not depend on it, but for the last digits on torch
 */
public record BackendChoice(String name, Optional<String> dtype, int device, int threads) {}
