/** Feed-forward networks and their nonlinearities. */
package io.fluxo.layer.network;
