package io.fluxo.inspect;

/** An instrument was asked for that has no meaning on the model at hand. */
public final class MeaninglessInstrumentException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    MeaninglessInstrumentException(String message) {
        super(message);
    }
}
