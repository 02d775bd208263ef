package io.fluxo.experiments.compare.drift;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * How two backends part.
 *
 * @param growths of each group of curves that differ in their seeds alone, in both forms
 */
public record DriftResult(List<DriftCurve> curves, List<DriftGrowth> growths) {

    public DriftResult {
        curves = List.copyOf(curves);
        growths = List.copyOf(growths);
    }

    static DriftResult of(List<DriftCurve> curves) {
        return new DriftResult(curves, groups(curves).stream().flatMap(seeds -> Arrays.stream(GrowthForm.values()).map(form -> DriftGrowth.of(seeds, form))).toList());
    }

    private static List<List<DriftCurve>> groups(List<DriftCurve> curves) {
        Map<List<Object>, List<DriftCurve>> groups = new LinkedHashMap<>();
        curves.forEach(curve -> groups.computeIfAbsent(List.of(curve.axis(), curve.of(), curve.placement(), curve.backend(), curve.reference(), curve.dtype()),
                _ -> new ArrayList<>()).add(curve));
        return List.copyOf(groups.values());
    }

    /** Of each group the form that explains more. */
    public List<DriftGrowth> best() {
        Map<List<Object>, DriftGrowth> best = new LinkedHashMap<>();
        growths.forEach(growth -> best.merge(List.of(growth.axis(), growth.of(), growth.placement(), growth.backend(), growth.reference(), growth.dtype()), growth,
                BinaryOperator.maxBy(Comparator.comparingDouble(DriftGrowth::fit))));
        return List.copyOf(best.values());
    }

    /** A line for each group. */
    public String text() {
        StringBuilder text = new StringBuilder();
        best().forEach(growth -> text.append(Text.format("%s, %s, %s on %s %s beside %s: %s, rate %.3g (%.3g … %.3g, %d seeds), which explains %.0f %% of ln distance; at the end %.2g%s%n",
                label(growth.axis()), label(growth.of()), growth.placement(), growth.backend(), growth.dtype().label(), growth.reference(), label(growth.form()), growth.median(),
                growth.interval().low(), growth.interval().high(), growth.n(), 100 * growth.fit(), growth.last(),
                growth.jumps() == 0 ? "" : Text.format("; %s with a jump", Text.count(growth.jumps(), "seed")))));
        return text.toString();
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
