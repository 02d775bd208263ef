package io.fluxo.experiments.cli;

/** How the program ends. */
enum ExitStatus {
    /** Everything came out as expected. */
    AS_EXPECTED(0),
    /** Something did not. */
    NOT_AS_EXPECTED(1),
    BAD_INPUT(2),
    BACKEND_UNAVAILABLE(3),
    /** What was done is kept. */
    INTERRUPTED(130),
    /** Standard output was a pipe whose reader went away: 128 and SIGPIPE's number, as with any program in a pipeline. */
    READER_GONE(141);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
