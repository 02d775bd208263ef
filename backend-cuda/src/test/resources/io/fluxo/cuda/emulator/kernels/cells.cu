// What a graph does again and again: its numbers stand in memory.
extern "C" __global__ void add(const float* step, float* sum, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) sum[i] += *step;
}
