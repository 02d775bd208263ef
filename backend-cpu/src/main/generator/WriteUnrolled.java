import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the kernels that keep a block of numbers in registers. A register is a local variable, and Java has no arrays of those: what would be a
 * loop over rows must stand there row by row. Here it is stated once.
 *
 * <p>A line of a template that begins with {@code each} is repeated for every row; {@code #} is the row's number. Run by the build; its argument is
 * the folder that the sources are written to.
 */
final class WriteUnrolled {

    private static final String PACKAGE = "io.fluxo.cpu.simd.products";

    /**
     * How a kernel finds the elements of A.
     *
     * @param parameters the parameters that locate them, besides {@code at}
     * @param before     lines before the loop over the depth
     * @param within     what is computed in each turn of the loop
     * @param element    of row #, at depth p
     */
    private record Left(String name, String comment, String parameters, String before, String within, String element) {}

    private static final Left COLUMNS = new Left("columns", "whose elements of one depth lie side by side: element (i, p) at {@code at + p·stride + i}.",
            "int stride", "", "int x = at + p * stride;", "a[x + #]");

    private static final Left ROWS = new Left("rows", "that lie apart: element (i, p) at {@code at + i·rowStride + p}; rows after {@code last} repeat it.",
            "int rowStride, int last",
            """
                    // where the rows begin
            each        int a# = at + Math.min(#, last) * rowStride;
            """, "", "a[a# + p]");

    private static final String TILES = """
            package PACKAGE;

            import static io.fluxo.cpu.simd.vector.Lanes.F;
            import static io.fluxo.cpu.simd.vector.Lanes.L;
            import static io.fluxo.cpu.simd.vector.Lanes.load;

            import jdk.incubator.vector.FloatVector;

            /** The kernels of {@link MicroKernel}: rows of A times two vectors of B, accumulated in registers. Written by WriteUnrolled. */
            final class RegisterTiles {

                private RegisterTiles() {}
            KERNELS}
            """;

    private static final String TILE = """

                /** COUNT rows COMMENT */
                static void NAMECOUNT(float[] a, int at, PARAMETERS, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc,
                        float[] start, int startAt, int startStride) {
            each        FloatVector c#a = load(start, startAt + # * startStride);
            each        FloatVector c#b = load(start, startAt + # * startStride + L);
            BEFORE        for (int p = 0; p < k; p++) {
                        WITHIN
                        int q = bAt + p * bStride;
                        FloatVector left = load(b, q);
                        FloatVector right = load(b, q + L);
                        FloatVector v;
            each            v = FloatVector.broadcast(F, ELEMENT);
            each            c#a = v.fma(left, c#a);
            each            c#b = v.fma(right, c#b);
                    }
            each        c#a.intoArray(c, cAt + # * ldc);
            each        c#b.intoArray(c, cAt + # * ldc + L);
                }
            """;

    private static final String TRANSPOSED = """
            package PACKAGE;

            import static io.fluxo.cpu.simd.vector.Lanes.load;

            import jdk.incubator.vector.IntVector;

            /** The blocks of {@link Transposition}, with vectors of sixteen lanes. Written by WriteUnrolled. */
            final class TransposedBlock {

                private TransposedBlock() {}

                /** Sixteen columns of rows 0 … {@code last}, and of copies of the last one, become rows of y. */
                static void copy(float[] x, int at, int rowStride, int last, float[] y, int to, int toStride) {
            each        IntVector r# = load(x, at + Math.min(#, last) * rowStride).reinterpretAsInts();
                    IntVector t;
            EXCHANGES
            each        r#.reinterpretAsFloats().intoArray(y, to + # * toStride);
                }
            }
            """;

    /** Of two rows {@code DISTANCE} apart. */
    private static final String EXCHANGE = """
                    t = Transposition.LOW_DISTANCE.selectFrom(rLOWER, rUPPER);
                    rUPPER = Transposition.HIGH_DISTANCE.selectFrom(rLOWER, rUPPER);
                    rLOWER = t;
            """;

    private WriteUnrolled() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]).resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(folder);
        String kernels = tile(COLUMNS, 12) + tile(ROWS, 12) + tile(COLUMNS, 6) + tile(ROWS, 6);
        Files.writeString(folder.resolve("RegisterTiles.java"), TILES.replace("PACKAGE", PACKAGE).replace("KERNELS", kernels));
        Files.writeString(folder.resolve("TransposedBlock.java"), unrolled(TRANSPOSED.replace("PACKAGE", PACKAGE).replace("EXCHANGES\n", exchanges(16)), 16));
    }

    private static String tile(Left left, int rows) {
        return unrolled(TILE.replace("NAME", left.name).replace("COUNT", String.valueOf(rows)).replace("COMMENT", left.comment)
                .replace("PARAMETERS", left.parameters).replace("BEFORE", left.before).replace("WITHIN", left.within).replace("ELEMENT", left.element), rows);
    }

    private static String exchanges(int rows) {
        return IntStream.of(8, 4, 2, 1).boxed().flatMap(distance -> IntStream.range(0, rows).filter(row -> (row & distance) == 0)
                .mapToObj(row -> EXCHANGE.replace("DISTANCE", distance.toString()).replace("LOWER", String.valueOf(row)).replace("UPPER", String.valueOf(row + distance))))
                .collect(Collectors.joining());
    }

    /** Neighbouring lines that begin with {@code each} are repeated together, row by row. Lines that come out empty are left out. */
    private static String unrolled(String template, int rows) {
        StringBuilder source = new StringBuilder();
        List<String> lines = template.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            int from = i;
            while (i < lines.size() && lines.get(i).startsWith("each")) {
                i++;
            }
            for (int row = 0; row < rows; row++) {
                for (String line : lines.subList(from, i)) {
                    add(line.substring("each".length()).replace("#", String.valueOf(row)), source);
                }
            }
            if (i < lines.size()) {
                add(lines.get(i), source);
            }
        }
        return source.toString();
    }

    private static void add(String line, StringBuilder source) {
        if (line.isEmpty() || !line.isBlank()) {
            source.append(plain(line)).append('\n');
        }
    }

    /** As one would write it for rows 0 and 1. */
    private static String plain(String line) {
        return line.replace("Math.min(0, last)", "0").replaceAll(" \\+ 0 \\* \\w+", "").replaceAll(" \\+ 0]", "]").replaceAll("(?<= \\+ )1 \\* ", "");
    }
}
