package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import java.util.ArrayList;
import java.util.List;

/**
 * The stream from layer to layer.
 *
 * @param layers x_0 … x_L
 */
public record StreamFigures(List<Layer> layers) {

    /**
     * One point of the stream.
     *
     * @param point   its hook point
     * @param norms   ‖x‖ at each position
     * @param cosines between x here and at the end, at each position
     */
    public record Layer(String point, double[] norms, double[] cosines) {}

    public static StreamFigures of(Inspected subject, int[] ids) {
        List<String> points = subject.model().streamPoints();
        Recording run = Recording.of(subject, ids, point -> points.stream().anyMatch(point::is));
        double[][] last = run.rowsAt(points.getLast());
        List<Layer> layers = new ArrayList<>();
        for (String point : points) {
            double[][] here = run.rowsAt(point);
            double[] norms = new double[here.length];
            double[] cosines = new double[here.length];
            for (int i = 0; i < here.length; i++) {
                norms[i] = Math.sqrt(Vectors.dot(here[i], here[i]));
                cosines[i] = Vectors.dot(here[i], last[i]) / Math.sqrt(Vectors.dot(here[i], here[i]) * Vectors.dot(last[i], last[i]));
            }
            layers.add(new Layer(point, norms, cosines));
        }
        return new StreamFigures(layers);
    }
}
