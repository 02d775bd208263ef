package io.fluxo.stream;

/**
 * A name of hook points in which {@code *} stands for any characters, dots among them: {@code blocks.*.hook_attn_out}. Without a {@code *} it is the name, or
 * the alias, of one point.
 *
 * @param text as the user wrote it
 */
public record HookPattern(String text) {

    /** Whether it stands for {@code point}, under its name or an alias. */
    public boolean matches(HookPoint point) {
        return matches(point.name()) || point.aliases().stream().anyMatch(this::matches);
    }

    /** Whether it stands for {@code name}. */
    public boolean matches(String name) {
        int star = text.indexOf('*');
        return star < 0 ? text.equals(name) : name.startsWith(text.substring(0, star)) && matches(star, name, star);
    }

    /** Whether the rest from {@code i} on, at which there is a star, stands for the rest of {@code name} from {@code from} on. */
    private boolean matches(int i, String name, int from) {
        int next = text.indexOf('*', i + 1);
        if (next < 0) {
            String end = text.substring(i + 1);
            return name.length() - from >= end.length() && name.endsWith(end);
        }
        String part = text.substring(i + 1, next);          // the first place is as good as any: what follows is a star
        int at = name.indexOf(part, from);
        return at >= 0 && matches(next, name, at + part.length());
    }
}
