// A product of one warp by mma.sync: a [16 K], b [K 8] by columns, d [16 8]. Lane = 4 group + member.
#ifndef FLUXO_EMULATED
#error "on a GPU these functions are defined by inline PTX"
#endif

extern "C" __global__ void bf16(const unsigned short* a, const unsigned short* b, float* d) {
  const unsigned group = threadIdx.x / 4, member = threadIdx.x % 4;
  const auto pair = [](const unsigned short* from) { return (unsigned)from[0] | (unsigned)from[1] << 16; };
  unsigned left[4], right[2];
  for (int i = 0; i < 4; i++) left[i] = pair(a + (group + 8 * (i & 1)) * 16 + member * 2 + 8 * (i >> 1));
  for (int i = 0; i < 2; i++) right[i] = pair(b + group * 16 + member * 2 + 8 * i);
  float sum[4] = {1.0f, 1.0f, 1.0f, 1.0f};
  mma_m16n8k16_bf16(sum, left, right);
  for (int i = 0; i < 4; i++) d[(group + 8 * (i >> 1)) * 8 + member * 2 + (i & 1)] = sum[i];
}

extern "C" __global__ void tf32(const float* a, const float* b, float* d) {
  const unsigned group = threadIdx.x / 4, member = threadIdx.x % 4;
  unsigned left[4], right[2];
  for (int i = 0; i < 4; i++) left[i] = __float_as_uint(a[(group + 8 * (i & 1)) * 8 + member + 4 * (i >> 1)]);
  for (int i = 0; i < 2; i++) right[i] = __float_as_uint(b[group * 8 + member + 4 * i]);
  float sum[4] = {};
  mma_m16n8k8_tf32(sum, left, right);
  for (int i = 0; i < 4; i++) d[(group + 8 * (i >> 1)) * 8 + member * 2 + (i & 1)] = sum[i];
}

// Two tiles come in the background; a test takes the wait away by -DWAIT=.
#ifndef WAIT
#define WAIT(n) copy_async_wait<n>()
#endif
extern "C" __global__ void background(const float* x, float* y) {
  __shared__ __align__(16) float tile[2][128];
  for (int i = 0; i < 2; i++) {
    copy_async_16(&tile[i][threadIdx.x * 4], x + i * 128 + threadIdx.x * 4);
    copy_async_commit();
  }
  WAIT(1);
  __syncthreads();
  const float first = tile[0][127 - threadIdx.x];
  WAIT(0);
  __syncthreads();
  y[threadIdx.x] = first + tile[1][127 - threadIdx.x];
}
