package io.fluxo.cuda.emulator;

/** What a trace is replayed under. */
public enum Sanitizer {

    /** ThreadSanitizer: two threads touch one place, one of them writes, and no barrier is between them. */
    THREADS("thread"),
    /** AddressSanitizer and UndefinedBehaviorSanitizer: reads and writes outside of allocations and shared arrays, misaligned addresses, overflows. */
    ADDRESSES("address,undefined");

    private final String flag;

    Sanitizer(String names) {
        this.flag = "-fsanitize=" + names;
    }

    /** The compiler's flag. */
    String flag() {
        return flag;
    }
}
