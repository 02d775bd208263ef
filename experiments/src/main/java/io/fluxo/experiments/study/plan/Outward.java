package io.fluxo.experiments.study.plan;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The numbers with which a list goes on beyond one of its ends, as its author would have written them. In this order:
 * <ul>
 * <li>evenly spaced numbers go on by their difference: 2, 3, 4 → 5;</li>
 * <li>1-3-10 and 1-2-5-10 go on as they are: 10⁻³, 3·10⁻³, 10⁻² → 3·10⁻², 10⁻¹;</li>
 * <li>numbers whose ratios are more even than their differences, and two of which one is at least twice the other, go on by the ratio of the two at the end,
 * rounded to as many digits as they have, but to two or three: 8, 16, 32 → 64; 0.1, 0.25 → 0.63;</li>
 * <li>others go on by the difference of the two at the end.</li>
 * </ul>
 * Decimals are computed as decimals, so that every machine gets the same numbers. A 0 at the lower end is no part of a list that is geometric without it.
 *
 * @param numbers in rising order, at least two
 * @param whole   whether they are whole numbers
 * @param upward  beyond which end
 */
record Outward(List<BigDecimal> numbers, boolean whole, boolean upward) {

    private static final List<List<Integer>> SERIES = List.of(List.of(1, 3), List.of(1, 2, 5));
    private static final MathContext DIVISION = MathContext.DECIMAL128;
    private static final int FEWEST_DIGITS = 2;
    private static final int MOST_DIGITS = 3;

    /** @param values all of type Integer, or all of type Double; two or more, in any order */
    static Outward of(List<Object> values, boolean upward) {
        List<BigDecimal> numbers = values.stream().map(value -> new BigDecimal(value.toString()).stripTrailingZeros()).sorted().toList();
        return new Outward(numbers, values.stream().allMatch(Integer.class::isInstance), upward);
    }

    /** The number that is {@code place} places beyond the end, 1 for the next one; empty where it is none that can be written. */
    Optional<Object> number(int place) {
        BigDecimal number = end();
        for (int i = 1; i <= place; i++) {
            number = distinct(exact(i), number);
        }
        if (whole) {
            return number.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0 ? Optional.empty() : Optional.of(number.intValueExact());
        }
        double real = number.doubleValue();
        return Double.isInfinite(real) || real == 0 && number.signum() != 0 ? Optional.empty() : Optional.of(real);
    }

    private BigDecimal end() {
        return upward ? numbers.getLast() : numbers.getFirst();
    }

    /** What stands before the end. */
    private BigDecimal before() {
        return upward ? numbers.get(numbers.size() - 2) : numbers.get(1);
    }

    /** {@code exact} as it is written, which is beyond {@code last}. */
    private BigDecimal distinct(BigDecimal exact, BigDecimal last) {
        if (whole) {
            BigDecimal rounded = exact.setScale(0, RoundingMode.HALF_UP);
            return beyond(rounded, last) ? rounded : last.add(upward ? BigDecimal.ONE : BigDecimal.ONE.negate());
        }
        if (!goesByFactors()) {
            return exact;
        }
        int digits = Math.clamp(numbers.stream().mapToInt(BigDecimal::precision).max().orElse(0), FEWEST_DIGITS, MOST_DIGITS);
        BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_UP));
        while (!beyond(rounded, last)) {
            rounded = exact.round(new MathContext(++digits, RoundingMode.HALF_UP));
        }
        return rounded;
    }

    private boolean beyond(BigDecimal number, BigDecimal last) {
        return upward ? number.compareTo(last) > 0 : number.compareTo(last) < 0;
    }

    private BigDecimal exact(int place) {
        if (goesByFactors()) {
            return inSeries(place).orElseGet(() -> end().pow(place + 1).divide(before().pow(place), DIVISION));
        }
        return end().add(end().subtract(before()).multiply(BigDecimal.valueOf(place)));
    }

    /** Whether the list goes on by a factor, and not by a difference. */
    boolean goesByFactors() {
        return !isEven() && isGeometric();
    }

    private boolean isEven() {
        return numbers.size() > 2 && IntStream.range(2, numbers.size()).allMatch(i -> difference(numbers, i).compareTo(difference(numbers, 1)) == 0);
    }

    private static BigDecimal difference(List<BigDecimal> numbers, int i) {
        return numbers.get(i).subtract(numbers.get(i - 1));
    }

    private boolean isGeometric() {
        if (numbers.getFirst().signum() < 0 || end().signum() == 0) {
            return false;
        }
        List<BigDecimal> positive = numbers.stream().filter(number -> number.signum() > 0).toList();
        if (positive.size() < 3) {
            return positive.size() == 2 && positive.getLast().compareTo(positive.getFirst().multiply(BigDecimal.TWO)) >= 0;
        }
        return unevenness(positive.stream().mapToDouble(number -> StrictMath.log(number.doubleValue())).toArray())
                < unevenness(positive.stream().mapToDouble(BigDecimal::doubleValue).toArray());
    }

    /** The largest step divided by the smallest. */
    private static double unevenness(double[] rising) {
        double[] steps = IntStream.range(1, rising.length).mapToDouble(i -> rising[i] - rising[i - 1]).toArray();
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (double step : steps) {
            largest = Math.max(largest, step);
            smallest = Math.min(smallest, step);
        }
        return largest / smallest;
    }

    /** The number in one of the {@link #SERIES} of which these are a part; empty where they are of none. */
    private Optional<BigDecimal> inSeries(int place) {
        for (List<Integer> series : SERIES) {
            List<BigDecimal> positive = numbers.stream().filter(number -> number.signum() > 0).toList();
            List<OptionalInt> places = positive.stream().map(number -> place(series, number)).toList();
            boolean of = places.stream().allMatch(OptionalInt::isPresent)
                    && series.stream().allMatch(digit -> positive.stream().anyMatch(number -> number.unscaledValue().intValueExact() == digit));
            if (of && Math.abs(place(series, end()).orElseThrow() - place(series, before()).orElseThrow()) == 1) {
                int at = place(series, end()).orElseThrow() + (upward ? place : -place);
                return Optional.of(BigDecimal.valueOf(series.get(Math.floorMod(at, series.size()))).scaleByPowerOfTen(Math.floorDiv(at, series.size())));
            }
        }
        return Optional.empty();
    }

    /** The place of {@code number} in {@code series}, with 1 at place 0; empty where it is not in it. */
    private static OptionalInt place(List<Integer> series, BigDecimal number) {
        int index = number.precision() == 1 ? series.indexOf(number.unscaledValue().intValueExact()) : -1;
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(-number.scale() * series.size() + index);
    }
}
