package io.fluxo.layer.network;

/** The error function on the host, in double precision. */
final class ErrorFunction {

    private ErrorFunction() {}

    /** erf by its Maclaurin series, and by 1 − a continued fraction where that is slow (Abramowitz and Stegun 7.1.6, 7.1.14); all terms are positive. */
    static double of(double x) {
        double a = Math.abs(x);
        if (a < 2.5) {
            double term = a;
            double sum = a;
            for (int n = 1; term > 1e-18 * sum; n++) {
                term *= 2 * a * a / (2 * n + 1);
                sum += term;
            }
            return Math.signum(x) * 2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum;
        }
        double fraction = 0;
        for (int n = 80; n >= 1; n--) {
            fraction = n / 2.0 / (a + fraction);
        }
        return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
    }
}
