package io.fluxo.stream;

import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.List;

/** Reads an intervention as users write it: {@code HOOK[INDEX]=zero|mean}. */
final class InterventionText {

    private static final String FORM = "it is written HOOK[INDEX]=zero or HOOK[INDEX]=mean, for instance blocks.0.attn.hook_z[:,:,3]=zero";

    private InterventionText() {}

    static Intervention parse(String text) {
        int equals = text.lastIndexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(Text.format("'%s' does not say what becomes of the value: %s", text, FORM));
        }
        String where = text.substring(0, equals).strip();
        String what = text.substring(equals + 1).strip();
        int bracket = where.indexOf('[');
        String name = bracket < 0 ? where : where.substring(0, bracket).strip();
        if (name.isEmpty()) {
            throw new IllegalArgumentException(Text.format("'%s' names no hook point: %s", text, FORM));
        }
        Edit edit = switch (what) {
            case "zero" -> new Edit.Zero();
            case "mean" -> new Edit.Mean(true, true);
            default -> throw new IllegalArgumentException(Text.format("'%s': %s", text, Spelling.legal("there is no edit", what, List.of("zero", "mean"))));
        };
        return new Intervention(name, edit).at(bracket < 0 ? Index.ALL : index(text, where.substring(bracket)));
    }

    private static Index index(String text, String index) {
        try {
            return Index.parse(index);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(Text.format("'%s': %s", text, wrong.getMessage()), wrong);
        }
    }
}
