/** Several processes, on any machines that see a run's folder, train its trials together: leases, heartbeats, taking over. */
package io.fluxo.experiments.study.work;
