package io.fluxo.cuda.driver;

import java.lang.foreign.MemoryLayout;
import java.util.List;

/** A C function that returns a status as an int: its symbol and the layouts of its parameters. */
interface NativeFunction {

    String symbol();

    List<MemoryLayout> parameters();
}
