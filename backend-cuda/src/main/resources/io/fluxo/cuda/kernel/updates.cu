// Updates of many tensors in one launch. Tensors are cut into pieces of PIECE elements; a block takes piece after piece.

constexpr int MOST_STATES = 64;
constexpr u32 PIECE = 1024;

// Tensors and their sizes; piece p belongs to the state s with first[s] ≤ p < first[s + 1].
template <int TENSORS> struct States {
  i64 count;
  i64 first[MOST_STATES + 1];
  i64 elements[MOST_STATES];
  float* tensors[MOST_STATES][TENSORS];
};

template <int TENSORS> __device__ __forceinline__ u32 state(const States<TENSORS>& states, u32 piece) {
  u32 low = 0, high = (u32)states.count;
  while (high - low > 1) {
    const u32 middle = (low + high) / 2;
    if (states.first[middle] <= piece) low = middle; else high = middle;
  }
  return low;
}

#define FOR_EACH_IN_PIECES(TENSORS) \
  for (u32 piece = blockIdx.x, s = 0; piece < (u32)states.first[states.count]; piece += gridDim.x) \
    if (s = state<TENSORS>(states, piece), true) \
      for (u32 begin = (piece - (u32)states.first[s]) * PIECE, i = begin + threadIdx.x; i < min(begin + PIECE, (u32)states.elements[s]); i += blockDim.x)

extern "C" __global__ void accumulate(States<2> states) {
  FOR_EACH_IN_PIECES(2) states.tensors[s][0][i] += states.tensors[s][1][i];
}

// w ← w − lr (g + decay w); tensors: w, g, rates (lr, …)
extern "C" __global__ void sgd(States<3> states, float decay) {
  FOR_EACH_IN_PIECES(3) {
    float* w = states.tensors[s][0];
    w[i] -= (states.tensors[s][1][i] + decay * w[i]) * states.tensors[s][2][0];
  }
}

// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − (lr/c₁) m/(√v/√c₂ + ε); tensors: w, m, v, g, rates (lr, c₁, c₂)
extern "C" __global__ void adam(States<5> states, float beta1, float beta2, float rest1, float rest2, float eps, float decay, int decoupled) {
  FOR_EACH_IN_PIECES(5) {
    const float* rates = states.tensors[s][4];
    const float lr = rates[0], rate = lr / rates[1], root = sqrtf(rates[2]);
    float* w = states.tensors[s][0];
    float* m = states.tensors[s][1];
    float* v = states.tensors[s][2];
    float weight = w[i];
    float gradient = states.tensors[s][3][i];
    if (decoupled) weight *= 1.0f - decay * lr; else gradient += decay * weight;
    m[i] = beta1 * m[i] + rest1 * gradient;
    v[i] = beta2 * v[i] + rest2 * gradient * gradient;
    w[i] = weight - m[i] / (sqrtf(v[i]) / root + eps) * rate;
  }
}

// Σ x² of each piece of each tensor, in double precision.
extern "C" __global__ void squares(States<1> states, double* sums) {
  __shared__ double room[256];
  for (u32 piece = blockIdx.x; piece < (u32)states.first[states.count]; piece += gridDim.x) {
    const u32 s = state<1>(states, piece), begin = (piece - (u32)states.first[s]) * PIECE, end = min(begin + PIECE, (u32)states.elements[s]);
    double sum = 0.0;
    for (u32 i = begin + threadIdx.x; i < end; i += blockDim.x) sum += (double)states.tensors[s][0][i] * states.tensors[s][0][i];
    room[threadIdx.x] = sum;
    __syncthreads();
    for (u32 half = blockDim.x / 2; half > 0; half /= 2) {
      if (threadIdx.x < half) room[threadIdx.x] += room[threadIdx.x + half];
      __syncthreads();
    }
    if (threadIdx.x == 0) sums[piece] = room[0];
    __syncthreads();
  }
}

// The factor that brings the norm down to `limit`: 1 where it is not larger. One block.
extern "C" __global__ void clip_factor(const double* sums, int count, double limit, float* factor) {
  __shared__ double room[256];
  double sum = 0.0;
  for (u32 i = threadIdx.x; i < (u32)count; i += blockDim.x) sum += sums[i];
  room[threadIdx.x] = sum;
  __syncthreads();
  for (u32 half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) room[threadIdx.x] += room[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    const double norm = sqrt(room[0]);
    factor[0] = norm <= limit ? 1.0f : (float)(limit / norm);
  }
}
