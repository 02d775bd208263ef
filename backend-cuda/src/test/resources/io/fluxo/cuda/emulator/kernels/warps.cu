// What lanes of a warp do together: each kernel writes one number of each lane for each operation.
extern "C" __global__ void shuffles(int* y) {
  const int lane = threadIdx.x;
  const unsigned all = 0xffffffffu;
  int at = 0;
  y[32 * at++ + lane] = __shfl_sync(all, lane, 5);
  y[32 * at++ + lane] = __shfl_sync(all, lane, 3, 8);
  y[32 * at++ + lane] = __shfl_up_sync(all, lane, 2, 16);
  y[32 * at++ + lane] = __shfl_down_sync(all, lane, 3);
  y[32 * at++ + lane] = __shfl_xor_sync(all, lane, 16);
  y[32 * at++ + lane] = (int)(__shfl_xor_sync(all, (1ull << 40) + lane, 1) - (1ull << 40));
  y[32 * at++ + lane] = (int)__shfl_down_sync(all, (double)lane, 1, 4);
}

extern "C" __global__ void votes(int* y) {
  const int lane = threadIdx.x;
  const unsigned all = 0xffffffffu;
  int at = 0;
  y[32 * at++ + lane] = (int)__ballot_sync(all, lane % 3 == 0);
  y[32 * at++ + lane] = __any_sync(all, lane == 31);
  y[32 * at++ + lane] = __all_sync(all, lane < 31);
  // The halves apart.
  const unsigned half = lane < 16 ? 0xffffu : 0xffff0000u;
  y[32 * at++ + lane] = lane < 16 ? __all_sync(half, lane < 16) : __any_sync(half, lane < 16);
  y[32 * at++ + lane] = __syncthreads_count(lane % 4 == 0);
  y[32 * at++ + lane] = __syncthreads_or(lane == 7);
  y[32 * at++ + lane] = __syncthreads_and(lane != 7);
}

extern "C" __global__ void bits(unsigned* y) {
  int at = 0;
  y[at++] = __popc(0xf0f0u);
  y[at++] = __clz(1);
  y[at++] = __clz(0);
  y[at++] = __ffs(8);
  y[at++] = __brev(1u);
  y[at++] = __umulhi(0x80000000u, 6u);
  y[at++] = (unsigned)__umul64hi(1ull << 63, 10ull);
  y[at++] = __float_as_uint(1.0f);
  y[at++] = __byte_perm(0x03020100u, 0x07060504u, 0x7531u);
  y[at++] = (unsigned)__float2int_rn(2.5f);
  y[at++] = max(3u, 5);
  y[at++] = atomicCAS(y + 63, 0xcdcdcdcdu, 9u) == 0xcdcdcdcdu ? y[63] : 0u;
}
