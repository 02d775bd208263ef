package io.fluxo.layer.norm;

import io.fluxo.layer.Layer;

/** A norm that computes differently in training: with statistics over batch and tokens, so that tokens see each other outside attention. */
public interface TrainingStatistics {

    /** The same norm as it computes in training, whatever the pass, without updating its statistics. Statements about training are checked on it. */
    Layer inTraining();
}
