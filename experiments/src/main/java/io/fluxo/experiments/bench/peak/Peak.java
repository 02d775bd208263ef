package io.fluxo.experiments.bench.peak;

import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What this machine can do with some threads, measured: the roof that operations are compared with (the roofline model: Williams, Waterman and Patterson 2009).
 *
 * @param f32        fused multiply-adds on registers, in 10⁹ floating-point operations a second; a multiply-add counts as two
 * @param f64        the same in double precision
 * @param bandwidths of working sets from within the first-level cache to beyond the last, the smallest first
 */
public record Peak(int threads, double f32, double f64, List<Bandwidth> bandwidths) {

    /** Of all threads together. Each is four times the last: 24 KiB fit any first-level cache, 384 MiB few last ones. */
    private static final List<Long> WORKING_SETS = IntStream.range(0, 8).mapToObj(i -> (24L << 10) << 2 * i).toList();

    /** A working set may take so much of the heap. */
    private static final double SHARE_OF_HEAP = 0.25;

    public Peak {
        bandwidths = List.copyOf(bandwidths);
    }

    /**
     * A triad a = b + s·c over three arrays.
     *
     * @param bytes     of the three together
     * @param gigabytes 10⁹ bytes a second, each array's bytes counted once
     */
    public record Bandwidth(long bytes, double gigabytes) {}

    /** Each figure is the best of many repetitions of a millisecond or more: everything that disturbs makes it smaller. */
    public static Peak measured(int threads) {
        double f32 = Together.rate(threads, _ -> F32Chains.flops());
        double f64 = Together.rate(threads, _ -> F64Chains.flops());
        List<Bandwidth> bandwidths = new ArrayList<>();
        for (long bytes : WORKING_SETS) {
            if (bandwidths.isEmpty() || bytes <= SHARE_OF_HEAP * Runtime.getRuntime().maxMemory()) {
                List<Triad> triads = IntStream.range(0, threads).mapToObj(_ -> new Triad(bytes / threads)).toList();
                bandwidths.add(new Bandwidth(bytes, Together.rate(threads, thread -> triads.get(thread).bytes())));
            }
        }
        return new Peak(threads, f32, f64, bandwidths);
    }

    /** The better of each figure: a machine that others use is sometimes slower, never faster than it can be. */
    public Peak orBetter(Peak again) {
        return new Peak(threads, Math.max(f32, again.f32), Math.max(f64, again.f64), IntStream.range(0, Math.min(bandwidths.size(), again.bandwidths.size()))
                .mapToObj(i -> new Bandwidth(bandwidths.get(i).bytes, Math.max(bandwidths.get(i).gigabytes, again.bandwidths.get(i).gigabytes))).toList());
    }

    /** 10⁹ floating-point operations a second in {@code dtype}. */
    public double gflops(DType dtype) {
        return dtype == DType.F64 ? f64 : f32;
    }

    /**
     * 10⁹ bytes a second for something that touches so many: an upper bound, so the bandwidth of the largest working set that is no larger, or of a larger one
     * that was faster all the same.
     */
    public double gigabytes(long bytes) {
        long level = bandwidths.stream().mapToLong(Bandwidth::bytes).filter(each -> each <= bytes).max().orElse(0);
        return bandwidths.stream().filter(each -> each.bytes >= level).mapToDouble(Bandwidth::gigabytes).max().orElseThrow();
    }

    /** Of memory beyond the caches. */
    public Bandwidth memory() {
        return bandwidths.getLast();
    }

    /** The roof: 10⁹ floating-point operations a second that {@code flops} operations on {@code bytes} bytes can reach at most. */
    public double roof(DType dtype, double flops, long bytes) {
        return Math.min(gflops(dtype), flops / bytes * gigabytes(bytes));
    }
}
