package io.fluxo.layer.norm;

/** A norm that says it returns what it is given: x. Whether such a norm ends the stack makes no difference. */
public interface PassesThrough {}
