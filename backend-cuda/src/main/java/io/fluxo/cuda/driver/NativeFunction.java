package io.fluxo.cuda.driver;

import java.lang.foreign.MemoryLayout;
import java.util.List;

/** A C function that returns a status as an int. */
interface NativeFunction {

    /**
     * @param symbol     in the library
     * @param parameters their layouts
     */
    record Signature(String symbol, List<MemoryLayout> parameters) {

        static Signature of(String symbol, MemoryLayout... parameters) {
            return new Signature(symbol, List.of(parameters));
        }
    }

    Signature signature();

    default String symbol() {
        return signature().symbol();
    }
}
