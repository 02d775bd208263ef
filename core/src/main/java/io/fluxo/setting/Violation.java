package io.fluxo.setting;

/**
 * Why a specification cannot be carried out.
 *
 * @param key     the key to change, as it is written in YAML
 * @param message a sentence that says what is wrong and what would be right
 */
public record Violation(String key, String message) {}
