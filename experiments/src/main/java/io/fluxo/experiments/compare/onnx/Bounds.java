package io.fluxo.experiments.compare.onnx;

/** How much is read of a file and computed for a test. Tests of operators are small; what is far beyond is a damaged or a hostile file. */
final class Bounds {

    /** Bytes of one file. Numbers in it may take one byte and become eight. */
    static final int FILE = 16 << 20;

    /** Elements of one tensor. */
    static final long ELEMENTS = 1 << 24;

    /** Axes of one tensor. */
    static final int AXES = 16;

    /** Nodes of a graph, and values that it is given, brings or returns. */
    static final int PARTS = 10_000;

    /** Inputs, outputs and attributes of one node. */
    static final int NODE_PARTS = 1_000;

    /** Data sets of one test. */
    static final int DATA_SETS = 1_000;

    /** Elements of all values that are made for one data set: they are held until it is done. */
    static final long MADE = 1 << 25;

    /** Multiplications, and elements read, of all operations of one data set. */
    static final long WORK = 1L << 32;

    private Bounds() {}
}
