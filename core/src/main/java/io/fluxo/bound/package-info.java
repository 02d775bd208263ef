/** How far rounding may carry a computation from its exact result: the operations, interpreted as values with bounds on their errors. */
package io.fluxo.bound;
