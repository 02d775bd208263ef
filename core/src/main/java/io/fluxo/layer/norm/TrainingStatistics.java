package io.fluxo.layer.norm;

import io.fluxo.layer.Layer;

/** A norm that computes otherwise in training: with statistics over batch and tokens, so that tokens see each other past attention. */
public interface TrainingStatistics {

    /** The same norm as it computes in training, whatever the pass, and without learning from it: what is to be said of training is said of this. */
    Layer inTraining();
}
