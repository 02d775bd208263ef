package io.fluxo.experiments.compare.onnx;

/** Names out of a file, fit for a terminal: quoted, cut, and without characters that steer it. */
final class Shown {

    private static final int LONGEST = 60;

    private Shown() {}

    static String name(String name) {
        String cut = name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
        StringBuilder quoted = new StringBuilder("'");
        cut.codePoints().forEach(c -> quoted.appendCodePoint(Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? 0xFFFD : c));
        return quoted.append("'").toString();
    }
}
