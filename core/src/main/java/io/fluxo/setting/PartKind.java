package io.fluxo.setting;

/**
 * A kind of part that can be registered under names: placements, norms, tasks.
 *
 * @param name what messages and YAML call it: {@code placement}
 * @param type what a part of this kind is in Java
 */
public record PartKind<P>(String name, Class<P> type) {}
