// Softmax, log-softmax and cross-entropy: a block for each row, threads in turn.

extern "C" __global__ void softmax(const float* x, float* y, int rows, int width) {
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const float* from = x + (u64)row * width;
    float* to = y + (u64)row * width;
    float top = -INF;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) top = maximum(top, from[i]);
    top = block_max(top, room);
    const float reference = top == -INF ? 0.0f : top;
    float sum = 0.0f;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) sum += expf(from[i] - reference);
    sum = block_sum(sum, room);
    const float share = sum == 0.0f ? 0.0f : 1.0f / sum;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) to[i] = expf(from[i] - reference) * share;
  }
}

// ∂x = y (g − Σ g y)
extern "C" __global__ void softmax_backward(const float* y, const float* g, float* dx, int rows, int width) {
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const u64 begin = (u64)row * width;
    float sum = 0.0f;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) sum += g[begin + i] * y[begin + i];
    sum = block_sum(sum, room);
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) dx[begin + i] = y[begin + i] * (g[begin + i] - sum);
  }
}

extern "C" __global__ void log_softmax(const float* x, float* y, int rows, int width) {
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const u64 begin = (u64)row * width;
    float top = -INF;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) top = maximum(top, x[begin + i]);
    top = block_max(top, room);
    float sum = 0.0f;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) sum += expf(x[begin + i] - top);
    sum = logf(block_sum(sum, room));
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) y[begin + i] = x[begin + i] - top - sum;
  }
}

// ∂x = g − e^y Σ g
extern "C" __global__ void log_softmax_backward(const float* y, const float* g, float* dx, int rows, int width) {
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const u64 begin = (u64)row * width;
    float sum = 0.0f;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) sum += g[begin + i];
    sum = block_sum(sum, room);
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) dx[begin + i] = g[begin + i] - expf(y[begin + i]) * sum;
  }
}

// −log softmax(x)[target]; saves the largest logit and 1/Σ e^(logit − largest). The vocabulary is read once, in chunks: each thread keeps the largest logit that it has met, and its sum
// relative to that one.
extern "C" __global__ void cross_entropy(const float* x, const int* targets, float* loss, float* tops, float* shares, int rows, int width, Fault* fault) {
  constexpr u32 CHUNK = 8;
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const float* logits = x + (u64)row * width;
    float own = -INF, sum = 0.0f;
    for (u32 begin = threadIdx.x; begin < (u32)width; begin += CHUNK * blockDim.x) {
      float chunk[CHUNK], top = own;
#pragma unroll
      for (u32 k = 0; k < CHUNK; k++) {
        const u32 i = begin + k * blockDim.x;
        chunk[k] = i < (u32)width ? logits[i] : -INF;
        top = maximum(top, chunk[k]);
      }
      const float reference = top == -INF ? 0.0f : top;
      sum *= expf(own - reference);
#pragma unroll
      for (u32 k = 0; k < CHUNK; k++) sum += expf(chunk[k] - reference);
      own = top;
    }
    const float top = block_max(own, room);
    sum = block_sum(sum * expf(own - top), room);
    if (threadIdx.x == 0) {
      const int target = targets[row];
      if (target < 0 || target >= width) {
        report(fault, 3, row, target, width);
        loss[row] = NOT_A_NUMBER;
      } else {
        loss[row] = logf(sum) - (logits[target] - top);
      }
      tops[row] = top;
      shares[row] = 1.0f / sum;
    }
  }
}

// ∂x = g (softmax(x) − [target]), which may be written over x.
extern "C" __global__ void cross_entropy_backward(const float* x, const int* targets, const float* tops, const float* shares, const float* g, float* dx, int width, i64 n) {
  FOR_EACH(i, n) {
    const u32 row = i / (u32)width;
    const float share = expf(x[i] - tops[row]) * shares[row];
    dx[i] = g[row] * (i % (u32)width == (u32)targets[row] ? share - 1.0f : share);
  }
}
