package io.fluxo.experiments.spark;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.text.Text;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A master of Spark's own kind of cluster. Spark itself tries one that does not answer for a minute. */
record StandaloneMaster(String host, int port) {

    private static final String SCHEME = "spark://";
    private static final Pattern ADDRESS = Pattern.compile("([^,:]+):(\\d{1,5})");
    private static final int PATIENCE = 5_000;

    /**
     * Requires that one of the masters that {@code url} names answers; other kinds of masters are Spark's to find.
     *
     * @throws BackendUnavailable if none does
     */
    static void requireOne(String url) {
        List<String> silent = new ArrayList<>();
        for (StandaloneMaster master : of(url)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(master.host, master.port), PATIENCE);
                return;
            } catch (IOException | IllegalArgumentException failure) {
                silent.add(Text.format("%s:%d (%s)", master.host, master.port, failure instanceof UnknownHostException ? "no such host" : failure.getMessage()));
            }
        }
        if (!silent.isEmpty()) {
            throw new BackendUnavailable(Text.format("--engine spark: no master answers at %s", String.join(", ", silent)));
        }
    }

    /** Those that {@code url} names; none where it is of another kind. */
    static List<StandaloneMaster> of(String url) {
        return !url.startsWith(SCHEME) ? List.of() : ADDRESS.matcher(url.substring(SCHEME.length())).results()
                .map((MatchResult match) -> new StandaloneMaster(match.group(1), Integer.parseInt(match.group(2)))).toList();
    }
}
