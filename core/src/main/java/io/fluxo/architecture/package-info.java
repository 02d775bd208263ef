/** Architectures of other programs: what their config.json says as a specification of Fluxo's, and where their tensors go. */
package io.fluxo.architecture;
