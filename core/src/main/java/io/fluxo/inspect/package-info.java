/** Looking into models: what their streams are declared to be, whether that holds, and which instruments have a meaning there. */
package io.fluxo.inspect;
