package io.fluxo.experiments.study;

/** A trial that is known to be possible: its model has the task's vocabulary, and the task fills its windows. */
public record PreparedTrial(Trial trial, io.fluxo.experiments.task.Task task) {}
