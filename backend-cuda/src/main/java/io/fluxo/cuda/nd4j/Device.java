package io.fluxo.cuda.nd4j;

/** Whether nd4j has code for a device. */
sealed interface Device {

    /** @param words what it is */
    record Usable(String words) implements Device {}

    /** @param reason why not, and what to use instead, in one line */
    record Unusable(String reason) implements Device {}
}
