// Each kernel does what it must not.
extern "C" __global__ void after_the_end(float* y, int n) {
  if (threadIdx.x <= n) y[threadIdx.x] = 1.0f;
}
extern "C" __global__ void before_the_beginning(float* y) { y[-1] = 1.0f; }
extern "C" __global__ void far_away(float* y) { y[1 << 28] = 1.0f; }
extern "C" __global__ void misaligned(float* y) { *(float4*)(y + 1) = make_float4(1.0f, 2.0f, 3.0f, 4.0f); }
extern "C" __global__ void divided_by_zero(int* y) { y[0] = y[1] / (int)threadIdx.x; }
extern "C" __global__ void beyond_shared(float* y) {
  __shared__ float room[32];
  room[threadIdx.x + 1] = 1.0f;
  __syncthreads();
  y[threadIdx.x] = room[threadIdx.x];
}
extern "C" __global__ void barrier_for_some(float* y) {
  if (threadIdx.x < 16) __syncthreads();
  y[threadIdx.x] = 1.0f;
}
extern "C" __global__ void barriers_of_two_lines(float* y) {
  if (threadIdx.x < 16) __syncthreads();
  else __syncthreads();
  y[threadIdx.x] = 1.0f;
}
extern "C" __global__ void lanes_that_miss(float* y) {
  if (threadIdx.x < 16) __syncwarp();
  else __syncthreads();
  y[threadIdx.x] = 1.0f;
}
extern "C" __global__ void one_place_for_all_blocks(float* y) {
  if (threadIdx.x == 0) y[0] = blockIdx.x;
}
extern "C" __global__ void __launch_bounds__(64) bounded(float* y) { y[threadIdx.x] = 1.0f; }
extern "C" __global__ void fine(float* y) { y[threadIdx.x] = 1.0f; }
