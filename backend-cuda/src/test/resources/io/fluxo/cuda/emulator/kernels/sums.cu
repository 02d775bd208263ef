// Sums over a block. A test takes a barrier away by -DSYNCTHREADS= or -DSYNCWARP=.
#ifndef SYNCTHREADS
#define SYNCTHREADS __syncthreads()
#endif
#ifndef SYNCWARP
#define SYNCWARP __syncwarp()
#endif

// Kernels may come from macros, and have bounds.
#define KERNEL(name) extern "C" __global__ void __launch_bounds__(256) name

template <class T> __device__ T block_sum(T x) {
  __shared__ T room[32];
  for (int offset = 16; offset > 0; offset >>= 1) x += __shfl_xor_sync(0xffffffffu, x, offset);
  if ((threadIdx.x & 31) == 0) room[threadIdx.x >> 5] = x;
  __syncthreads();
  T sum = 0;
  for (unsigned warp = 0; warp < blockDim.x / 32; warp++) sum += room[warp];
  return sum;
}

KERNEL(sum_by_shuffles)(const float* x, float* y) {
  const float sum = block_sum(x[blockIdx.x * blockDim.x + threadIdx.x]);
  if (threadIdx.x == 0) y[blockIdx.x] = sum;
}

// In dynamic shared memory, and two arrays declared at once.
KERNEL(sum_by_halves)(const float* x, float* y) {
  extern __shared__ float room[];
  __shared__ int rounds[1], unused[2][3];
  room[threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
  if (threadIdx.x == 0) rounds[0] = unused[1][2] = 0;
  SYNCTHREADS;
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) room[threadIdx.x] += room[threadIdx.x + half];
    if (threadIdx.x == 0) rounds[0]++;
    SYNCTHREADS;
  }
  if (threadIdx.x == 0) y[blockIdx.x] = room[0] + 0 * rounds[0];
}

// One warp: each lane adds what its neighbours have written.
KERNEL(sum_in_a_warp)(const float* x, float* y) {
  __shared__ float room[32];
  room[threadIdx.x] = x[threadIdx.x];
  SYNCWARP;
  for (int half = 16; half > 0; half /= 2) {
    const float other = threadIdx.x < half ? room[threadIdx.x + half] : 0.0f;
    SYNCWARP;
    room[threadIdx.x] += other;
    SYNCWARP;
  }
  if (threadIdx.x == 0) y[0] = room[0];
}

// The last block that is done adds up what all blocks have found.
KERNEL(sum_by_the_last_block)(const float* x, float* parts, unsigned* done, float* y) {
  __shared__ bool last;
  const float sum = block_sum(x[blockIdx.x * blockDim.x + threadIdx.x]);
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = sum;
    __threadfence();
    last = atomicAdd(done, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    float total = 0.0f;
    for (unsigned i = 0; i < gridDim.x; i++) total += parts[i];
    *y = total;
  }
}
