package io.fluxo.plugin;

import io.fluxo.setting.Choice;
import io.fluxo.setting.Keys;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.PerLayer;
import io.fluxo.text.Text;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Whether a part that may be a third party's can be used at all: asked when it is registered, and again of the part with other values of its keys. */
final class PartCheck {

    /** What stands beside a part's keys where it is written, see {@code attention: {kind: mine}} and {@code attention: {default: mine}}. */
    private static final Set<String> RESERVED = Set.of(Choice.KIND_KEY, PerLayer.STANDARD_KEY);

    private PartCheck() {}

    /** What is wrong with {@code part}, as what follows its name in a message; empty where nothing is. */
    static <P extends Part<P>> Optional<String> objection(P part, Function<P, ?> says) {
        return flaw("keys()", part::keys)
                .or(() -> Keys.objection(part.keys(), RESERVED))
                .or(() -> part.keys().isEmpty() ? Optional.empty() : flaw("with(OwnSettings)", () -> part.with(new OwnSettings(new Keys(part.keys()), Map.of()))))
                .or(() -> flaw("what it says of itself", () -> says.apply(part)));
    }

    /** How {@code question} cannot be answered; empty where it can. */
    static Optional<String> flaw(String what, Supplier<?> question) {
        try {
            return question.get() == null ? Optional.of(Text.format("returns null from %s", what)) : Optional.empty();
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the part
        } catch (RuntimeException | Error thrown) {
            return Optional.of(Text.format("throws from %s: %s", what, thrown));
        }
    }
}
