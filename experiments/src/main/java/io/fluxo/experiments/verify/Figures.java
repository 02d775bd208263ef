package io.fluxo.experiments.verify;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The numbers that decide a claim, as they are collected. The claim holds where all agree with it. */
public final class Figures {

    /** How many figures a row's text shows; the report shows all. */
    private static final int SHOWN = 4;

    private final List<Figure> all = new ArrayList<>();

    public Figures add(Figure figure) {
        all.add(figure);
        return this;
    }

    public List<Figure> all() {
        return List.copyOf(all);
    }

    /** @param theory what the claim says, in one line */
    public Finding finding(String theory) {
        if (all.isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        List<Figure> off = off();
        Finding finding = off.isEmpty() ? Finding.holds(theory, text()) : Finding.refuted(theory, text(off), off.getFirst().toString());
        return finding.figures(all);
    }

    /**
     * The finding of a claim that is false as a paper states it. It is refuted only where the measurement itself came out as it should: else a fault in
     * what is measured would pass for the refutation.
     *
     * @param evidence what the measurement has to show for the refutation to mean something
     */
    public Finding finding(String theory, Figures evidence) {
        if (!evidence.off().isEmpty()) {
            return Finding.undecided(theory, "the measurement is not what it should be: " + evidence.off().getFirst()).figures(evidence.all);
        }
        Finding finding = finding(theory);
        List<Figure> both = new ArrayList<>(all);
        both.addAll(evidence.all);
        return finding.figures(both);
    }

    private List<Figure> off() {
        return all.stream().filter(figure -> !figure.agrees()).toList();
    }

    private String text() {
        return text(all);
    }

    private static String text(List<Figure> figures) {
        String shown = figures.stream().limit(SHOWN).map(figure -> Text.format("%s %s (%s)", figure.what(), Digits.text(figure.measured()), figure.allowed()))
                .collect(Collectors.joining(", "));
        return figures.size() <= SHOWN ? shown : Text.format("%s, and %d more", shown, figures.size() - SHOWN);
    }
}
