package io.fluxo.property;

import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * The choices a {@link Generator} makes, one after the other. They are written down as numbers from 0, the simplest. A value is shrunk by lowering
 * its choices and generating again, so the result is always one that the generator can make, and no shrinker has to be written.
 */
public final class Choices {

    /** Decides the choice numbered {@code counter}: a number from 0 to {@code most}. */
    @FunctionalInterface
    private interface Source {
        int choose(int counter, int most);
    }

    /** A stretch of choices that may be left out: those of one element of a list. */
    record Span(int from, int to) {}

    /** One draw in four is an end of its range, where faults are frequent: of so many draws one is the lower end and one the upper. */
    private static final int END = 8;

    private final Source source;
    private final List<Integer> made = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();

    private Choices(Source source) {
        this.source = source;
    }

    static Choices random(RandomKey key) {
        return new Choices((counter, most) -> switch (key.below(END, 2L * counter)) {
            case 0 -> 0;
            case 1 -> most;
            default -> key.below(most + 1, 2L * counter + 1);
        });
    }

    /** The choices of {@code written}, cut to what is possible; the simplest ones where it ends. */
    static Choices replay(List<Integer> written) {
        return new Choices((counter, most) -> counter < written.size() ? Math.min(written.get(counter), most) : 0);
    }

    /** A number from {@code least}, the simplest, to {@code most}. */
    public int integer(int least, int most) {
        if (least > most) {
            throw new IllegalArgumentException(Text.format("there is no number from %d to %d", least, most));
        }
        int range = Math.subtractExact(most, least);
        if (range == Integer.MAX_VALUE) {
            throw new IllegalArgumentException(Text.format("from %d to %d are too many numbers to choose from", least, most));
        }
        int choice = source.choose(made.size(), range);
        made.add(choice);
        return least + choice;
    }

    /** One of {@code values}, the simplest first. */
    public <T> T oneOf(List<T> values) {
        return values.get(integer(0, values.size() - 1));
    }

    /** False, the simpler, or true. */
    public boolean flag() {
        return integer(0, 1) == 1;
    }

    /** From {@code least} to {@code most} values, each of which shrinking may leave out. */
    public <T> List<T> list(Generator<T> generator, int least, int most) {
        List<T> values = new ArrayList<>();
        while (values.size() < most) {
            int from = made.size();
            // whether there is one more is chosen before every element, also before those that there must be: so each element's choices are a span that can be left out
            boolean last = integer(0, most) == 0;
            if (last && values.size() >= least) {
                break;
            }
            values.add(generator.from(this));
            spans.add(new Span(from, made.size()));
        }
        return List.copyOf(values);
    }

    List<Integer> made() {
        return List.copyOf(made);
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }
}
