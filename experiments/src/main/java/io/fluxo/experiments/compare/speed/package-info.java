/**
 * How fast backends are: operations and training steps by size, on several backends in turn, beside what the machine can do at most; from which size on one is
 * faster than another, what the smallest operation costs, and what is allocated.
 */
package io.fluxo.experiments.compare.speed;
