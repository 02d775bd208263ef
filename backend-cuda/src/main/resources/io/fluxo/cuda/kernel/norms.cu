// LayerNorm, and RMSNorm without means and bias: a block for each row. Saves 1/√(σ² + ε) of each row, and for LayerNorm its mean. Where there is `more`, the rows are x + more, which are
// written to `sum`: a thread reads there what it has written itself.

template <bool CENTRED> __device__ void norm(const float* x, const float* more, float* sum, const float* gain, const float* bias, float* y, float* means, float* rstds,
                                             float* scales, float* normalized, int rows, int width, float eps) {
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const u64 begin = (u64)row * width;
    const float* from = x + begin;
    if (more) {
      for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) sum[begin + i] = add(x[begin + i], more[begin + i]);
      from = sum + begin;
    }
    float mean = 0.0f;
    if (CENTRED) {
      float total = 0.0f;
      for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) total += from[i];
      mean = block_sum(total, room) / width;
      // What rounding took from the mean: rows far from 0 need it.
      total = 0.0f;
      for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) total += from[i] - mean;
      mean += block_sum(total, room) / width;
    }
    float squares = 0.0f;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) {
      const float centred = from[i] - mean;
      squares += centred * centred;
    }
    const float scale = sqrtf(block_sum(squares, room) / width + eps);
    const float rstd = 1.0f / scale;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) {
      const float value = (from[i] - mean) * rstd;
      if (normalized) normalized[begin + i] = value;
      y[begin + i] = gain ? bias ? value * gain[i] + bias[i] : value * gain[i] : value;
    }
    if (threadIdx.x == 0) {
      if (CENTRED) means[row] = mean;
      rstds[row] = rstd;
      if (scales) scales[row] = scale;
    }
  }
}
extern "C" __global__ void layer_norm(const float* x, const float* more, float* sum, const float* gain, const float* bias, float* y, float* means, float* rstds, float* scales,
                                      float* normalized, int rows, int width, float eps) {
  norm<true>(x, more, sum, gain, bias, y, means, rstds, scales, normalized, rows, width, eps);
}
extern "C" __global__ void rms_norm(const float* x, const float* more, float* sum, const float* gain, const float* bias, float* y, float* means, float* rstds, float* scales,
                                    float* normalized, int rows, int width, float eps) {
  norm<false>(x, more, sum, gain, bias, y, means, rstds, scales, normalized, rows, width, eps);
}

// ∂x = r (h − mean h − x̂ mean(h x̂)) with h = g · gain; without the mean of h where rows are not centred. Added to what dx holds where `onto`.
template <bool CENTRED> __device__ void norm_backward(const float* x, const float* g, const float* gain, const float* means, const float* rstds, float* dx, int rows,
                                                      int width, int onto) {
  __shared__ float room[32];
  for (u32 row = blockIdx.x; row < (u32)rows; row += gridDim.x) {
    const u64 begin = (u64)row * width;
    const float mean = CENTRED ? means[row] : 0.0f, rstd = rstds[row];
    float sum = 0.0f, along = 0.0f;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) {
      const float h = gain ? g[begin + i] * gain[i] : g[begin + i];
      sum += h;
      along += h * ((x[begin + i] - mean) * rstd);
    }
    sum = CENTRED ? block_sum(sum, room) / width : 0.0f;
    along = block_sum(along, room) / width;
    for (u32 i = threadIdx.x; i < (u32)width; i += blockDim.x) {
      const float h = gain ? g[begin + i] * gain[i] : g[begin + i];
      const float value = rstd * (h - sum - (x[begin + i] - mean) * rstd * along);
      dx[begin + i] = onto ? dx[begin + i] + value : value;
    }
  }
}
extern "C" __global__ void layer_norm_backward(const float* x, const float* g, const float* gain, const float* means, const float* rstds, float* dx, int rows, int width,
                                               int onto) {
  norm_backward<true>(x, g, gain, means, rstds, dx, rows, width, onto);
}
extern "C" __global__ void rms_norm_backward(const float* x, const float* g, const float* gain, const float* means, const float* rstds, float* dx, int rows, int width,
                                             int onto) {
  norm_backward<false>(x, g, gain, means, rstds, dx, rows, width, onto);
}

// Gradients of gain and bias, for chunks of rows: [chunks, width] each. The chunks are added up afterwards, in their order.
extern "C" __global__ void norm_parameters(const float* x, const float* g, const float* means, const float* rstds, float* gains, float* biases, int rows, int width,
                                           int chunks) {
  const u32 length = ((u32)rows + chunks - 1) / chunks;
  FOR_EACH(i, (u32)chunks * width) {
    const u32 column = i % (u32)width, from = min(i / (u32)width * length, (u32)rows), to = min(from + length, (u32)rows);
    float gain = 0.0f, bias = 0.0f;
    for (u32 row = from; row < to; row++) {
      const float one = g[(u64)row * width + column];
      gain += one * ((x[(u64)row * width + column] - (means ? means[row] : 0.0f)) * rstds[row]);
      bias += one;
    }
    gains[i] = gain;
    if (biases) biases[i] = bias;
  }
}
