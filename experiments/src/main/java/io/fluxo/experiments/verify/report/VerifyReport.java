package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Installed;
import io.fluxo.experiments.verify.Outcome;

public final class VerifyReport {
    private VerifyReport() {}

    public static String html(Installed installed, Outcome outcome, String command) {
        return "";
    }
}
