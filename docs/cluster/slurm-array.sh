#!/usr/bin/env bash
# One run of Fluxo by an array of Slurm jobs. From Fluxo's folder, with the run laid out (README.md):
#   sbatch --array=0-7 docs/cluster/slurm-array.sh runs/my-run
# Each job is one worker. One that is preempted or reaches its time limit saves where it is, lets others go on from there, and is queued again.
#SBATCH --job-name=fluxo
#SBATCH --array=0-7
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=fluxo-%A_%a.log
# SIGTERM to this shell 120 s before the time limit: a worker takes up to a minute to save its trials
#SBATCH --signal=B:TERM@120
set -uo pipefail

run="${1:?usage: sbatch docs/cluster/slurm-array.sh RUN}"
# Slurm copies this script elsewhere before it starts it: Fluxo's folder is the one from which it was submitted
fluxo="${FLUXO:-${SLURM_SUBMIT_DIR:-.}/fluxo}"

"$fluxo" work "$run" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --jobs "${SLURM_CPUS_PER_TASK:-1}" --threads 1 --checkpoint 60 &
worker=$!
trap 'kill -TERM "$worker"' TERM

wait "$worker"
status=$?
while kill -0 "$worker" 2>/dev/null; do # the signal ended the waiting, not the worker
  wait "$worker"
  status=$?
done

# 0: every trial has its result. 2: bad input, which no repetition mends. 143: it was asked to end, and there is more to do.
if [ "$status" -eq 143 ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
