package io.fluxo.setting;

/** An enum constant that is not written simply as its name in lower case. */
public interface Labelled {
    String label();
}
