package io.fluxo.experiments.inspect.view;

import io.fluxo.experiments.inspect.instrument.Ablation;
import io.fluxo.experiments.inspect.instrument.AttentionPatterns;
import io.fluxo.experiments.inspect.instrument.Circuits;
import io.fluxo.experiments.inspect.instrument.HeadScores;
import io.fluxo.experiments.inspect.instrument.LogitLens;
import io.fluxo.experiments.inspect.instrument.Patching;
import io.fluxo.experiments.inspect.instrument.StreamFigures;
import io.fluxo.experiments.inspect.instrument.ValueWeights;
import io.fluxo.inspect.StreamCheck;
import java.util.List;
import java.util.Optional;

/**
 * What was seen of one model on one prompt.
 *
 * @param name       the model's
 * @param shape      in words: layers, width, heads, placement
 * @param parameters numbers in it
 * @param check      whether the stream is what its blocks declare
 * @param labels     what each token of the prompt stands for
 * @param lens       empty where a lens has no meaning, which {@code refused} says
 * @param weights    what attention moves
 * @param circuits   of heads that have W_Q, W_K, W_V and W_O
 * @param scores     empty where the context is too short for repeated tokens
 * @param attribution where a logit was to be taken apart
 * @param ablation   where something was taken out
 * @param patching   where a second prompt was given
 * @param refused    instruments that have no meaning on this model, with the reason
 */
public record Inspection(String name, String shape, long parameters, StreamCheck check, int[] ids, List<String> labels, StreamFigures stream, Optional<LogitLens> lens,
                         AttentionPatterns patterns, ValueWeights weights, Circuits circuits, Optional<HeadScores> scores, Optional<Attribution> attribution, Optional<Ablation> ablation, Optional<Patching> patching, List<String> refused) {}
