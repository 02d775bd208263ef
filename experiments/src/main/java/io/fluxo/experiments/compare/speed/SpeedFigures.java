package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.study.numbers.Interval;

/**
 * How fast a case is on a backend.
 *
 * @param seconds        of a call: the median over the runs
 * @param interval       where that median lies with 95 %, by order statistics
 * @param runs           how many were timed
 * @param calls          how many calls a run is made of
 * @param gflops         10⁹ floating-point operations a second, as counted from the operation
 * @param gbPerS         10⁹ bytes a second, inputs and results counted once; NaN where bytes say nothing
 * @param intensity      floating-point operations a byte; NaN where bytes say nothing
 * @param fractionOfPeak {@code gflops} over the roof: the lesser of the floating-point peak and intensity × bandwidth
 * @param bytesAllocated on the Java heap in a call, by all threads: what a backend allocates elsewhere is not in it
 */
public record SpeedFigures(double seconds, Interval interval, int runs, int calls, double gflops, double gbPerS, double intensity, double fractionOfPeak, long bytesAllocated) {}
