package io.fluxo.property;

/**
 * A value of which a claim is false.
 *
 * @param value  the value
 * @param reason what was measured on it
 */
public record Counterexample<T>(T value, String reason) {}
