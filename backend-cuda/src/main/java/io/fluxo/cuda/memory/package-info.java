/** Device memory: a pool of blocks, the scopes that own them, the tensors on them, and copies between host and device. */
package io.fluxo.cuda.memory;
