// cuBLASLt's functions.
#include <cstring>

#include "api.h"
#include "product.h"

namespace fluxo {

namespace {

enum CublasStatus { OK = 0, WRONG = 7, EXECUTION_FAILED = 13, UNSUPPORTED = 15 };

enum Compute { COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_64F = 70, COMPUTE_64F_PEDANTIC = 71, COMPUTE_32F_FAST_TF32 = 77 };

const uint64_t WORKSPACE_BYTES = 64 << 10;
const int EPILOGUES[] = {DEFAULT, RELU, BIAS, RELU | BIAS, GELU, GELU | AUXILIARY, GELU | BIAS, GELU | AUXILIARY | BIAS, DGELU_BIT | AUXILIARY,
                         DGELU_BIT | AUXILIARY | BGRAD, BGRADA, BGRADB};

const char* name_of_status(int status) {
  switch (status) {
    case OK: return "CUBLAS_STATUS_SUCCESS";
    case WRONG: return "CUBLAS_STATUS_INVALID_VALUE";
    case EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case UNSUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
    default: return "an unknown status";
  }
}

struct Description {
  int compute, scale_type, pointer_mode = 0, transpose_a = 0, transpose_b = 0, epilogue = DEFAULT, bias_type = -1, auxiliary_type = -1;
  uint64_t bias = 0, auxiliary = 0;
  int64_t auxiliary_leading = 0, bias_stride = 0, auxiliary_stride = 0;
};

struct Layout {
  int type, order = 0, batch = 1;
  int64_t rows, columns, leading, stride = 0;
};

struct Preference {
  uint64_t workspace = 0;
  unsigned alignment[4] = {256, 256, 256, 256};
};

// What stands in the 64 bytes of cublasLtMatmulAlgo_t.
struct Algorithm {
  uint64_t magic, workspace;
  unsigned alignment[4];
  uint64_t nothing[4];
};
static_assert(sizeof(Algorithm) == 64, "cublasLtMatmulAlgo_t has 64 bytes");

struct HeuristicResult {
  Algorithm algorithm;
  size_t workspace;
  int status;
  float waves;
  int reserved[4];
};
static_assert(sizeof(HeuristicResult) == 96, "cublasLtMatmulHeuristicResult_t has 96 bytes");

const uint64_t ALGORITHM = 0x6f78756c66;

struct Library {
  Handles<int> handles{"cuBLASLt handle", 7};
  Handles<Description> descriptions{"description of a product", 8};
  Handles<Layout> layouts{"layout of a matrix", 9};
  Handles<Preference> preferences{"preference", 10};
};

Library& library() {
  static Library* library = new Library();
  return *library;
}

// Failures of the emulator's driver become cuBLAS's statuses; what was wrong is told by cublasLtGetStatusString.
template <class F> int call(F&& work) {
  try {
    Context& context = Context::get();
    std::lock_guard<std::recursive_mutex> hold(context.lock);
    work(context);
    return OK;
  } catch (const Failure& failure) {
    const bool wrong = failure.status == INVALID_VALUE || failure.status == INVALID_HANDLE;
    const int status = wrong ? WRONG : failure.status == NOT_SUPPORTED ? UNSUPPORTED : EXECUTION_FAILED;
    remember({status, failure.text});
    return status;
  }
}

template <class T> void set(T& value, const void* from, size_t bytes) {
  require(from && bytes == sizeof(T), INVALID_VALUE, "the attribute has another size");
  memcpy(&value, from, sizeof(T));
}

void set(Description& description, int attribute, const void* from, size_t bytes) {
  switch (attribute) {
    case 0: return set(description.compute, from, bytes);
    case 1: return set(description.scale_type, from, bytes);
    case 2: return set(description.pointer_mode, from, bytes);
    case 3: return set(description.transpose_a, from, bytes);
    case 4: return set(description.transpose_b, from, bytes);
    case 7: return set(description.epilogue, from, bytes);
    case 8: return set(description.bias, from, bytes);
    case 10: return set(description.bias_stride, from, bytes);
    case 11: return set(description.auxiliary, from, bytes);
    case 12: return set(description.auxiliary_leading, from, bytes);
    case 13: return set(description.auxiliary_stride, from, bytes);
    case 22: return set(description.auxiliary_type, from, bytes);
    case 26: return set(description.bias_type, from, bytes);
    default: fail(INVALID_VALUE, text("the emulator does not know attribute %d of a product", attribute));
  }
}

void set(Layout& layout, int attribute, const void* from, size_t bytes) {
  switch (attribute) {
    case 0: return set(layout.type, from, bytes);
    case 1: return set(layout.order, from, bytes);
    case 2: return set(layout.rows, from, bytes);
    case 3: return set(layout.columns, from, bytes);
    case 4: return set(layout.leading, from, bytes);
    case 5: return set(layout.batch, from, bytes);
    case 6: return set(layout.stride, from, bytes);
    default: fail(INVALID_VALUE, text("the emulator does not know attribute %d of a matrix", attribute));
  }
}

void set(Preference& preference, int attribute, const void* from, size_t bytes) {
  unsigned ignored;
  switch (attribute) {
    case 1: return set(preference.workspace, from, bytes);
    case 0: case 3: case 11: return set(ignored, from, bytes);
    case 5: case 6: case 7: case 8: return set(preference.alignment[attribute - 5], from, bytes);
    default: fail(INVALID_VALUE, text("the emulator does not know attribute %d of a preference", attribute));
  }
}

Matrix matrix(const Layout& layout, uint64_t address) {
  return {address, layout.type, layout.order, layout.batch, layout.rows, layout.columns, layout.leading, layout.stride};
}

// The product of these descriptions; fails where cuBLASLt has none such.
Product product(const Description& p, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  Product product = {};
  product.a = matrix(a, 0);
  product.b = matrix(b, 0);
  product.c = matrix(c, 0);
  product.d = matrix(d, 0);
  product.transpose_a = p.transpose_a != 0;
  product.transpose_b = p.transpose_b != 0;
  product.tf32 = p.compute == COMPUTE_32F_FAST_TF32;
  product.epilogue = p.epilogue;
  product.bias_type = p.bias_type < 0 ? d.type : p.bias_type;
  product.auxiliary_type = p.auxiliary_type < 0 ? d.type : p.auxiliary_type;
  product.auxiliary_leading = p.auxiliary_leading;
  product.bias_stride = p.bias_stride;
  product.auxiliary_stride = p.auxiliary_stride;

  require(p.transpose_a >= 0 && p.transpose_a <= 1 && p.transpose_b >= 0 && p.transpose_b <= 1, INVALID_VALUE, "a matrix is taken as it is (0) or transposed (1)");
  require(p.pointer_mode == 0, NOT_SUPPORTED, "the emulator takes alpha and beta from the host alone");
  const int64_t m = p.transpose_a ? a.columns : a.rows, k = p.transpose_a ? a.rows : a.columns;
  const int64_t k2 = p.transpose_b ? b.columns : b.rows, n = p.transpose_b ? b.rows : b.columns;
  require(m > 0 && n > 0 && k > 0, INVALID_VALUE, "a matrix is empty");
  if (k != k2 || d.rows != m || d.columns != n || c.rows != m || c.columns != n) {
    fail(INVALID_VALUE, text("sizes do not fit: [%lld %lld] times [%lld %lld] into [%lld %lld]", (long long)m, (long long)k, (long long)k2, (long long)n,
                             (long long)d.rows, (long long)d.columns));
  }
  for (const Layout* layout : {&a, &b, &c, &d}) {
    require(layout->order == 0 || layout->order == 1, NOT_SUPPORTED, "matrices lie by columns or by rows");
    require(layout->leading >= (layout->order == 0 ? layout->rows : layout->columns), INVALID_VALUE, "a leading dimension is less than the column is long");
    require(layout->batch == d.batch && layout->batch > 0, INVALID_VALUE, "the matrices have different numbers of batches");
  }
  require(d.batch == 1 || d.stride != 0, INVALID_VALUE, "the results of all batches would lie in one place");
  const bool is_double = p.compute == COMPUTE_64F || p.compute == COMPUTE_64F_PEDANTIC;
  const bool is_float = p.compute == COMPUTE_32F || p.compute == COMPUTE_32F_PEDANTIC || product.tf32;
  require(is_double || is_float, NOT_SUPPORTED, "the emulator does not know this type of computation");
  require(p.scale_type == (is_double ? R_64F : R_32F), NOT_SUPPORTED, "alpha and beta have the type of sums");
  require(a.type == b.type && c.type == d.type, NOT_SUPPORTED, "A and B have one type, C and D have one type");
  if (is_double) require(a.type == R_64F && d.type == R_64F, NOT_SUPPORTED, "float64 is computed from and to float64");
  else require((a.type == R_32F && d.type == R_32F) || (a.type == R_16BF && (d.type == R_16BF || d.type == R_32F) && !product.tf32), NOT_SUPPORTED,
               "float32 is computed from and to float32, bfloat16 to either");
  bool known = false;
  for (int epilogue : EPILOGUES) known |= p.epilogue == epilogue;
  require(known, NOT_SUPPORTED, "the emulator does not know this epilogue");
  require(!is_double || p.epilogue == DEFAULT, NOT_SUPPORTED, "float64 has no epilogues");
  if (p.epilogue & AUXILIARY) {
    const bool fits = p.auxiliary_leading >= m && p.auxiliary_leading % 8 == 0;
    require(fits, INVALID_VALUE, "the auxiliary matrix's leading dimension is at least D's rows, and 8 divides it");
    require(d.order == 0, NOT_SUPPORTED, "with an auxiliary matrix D lies by columns");
  }
  return product;
}

std::shared_ptr<Description> description_of(void* handle) { return library().descriptions.get(handle); }
std::shared_ptr<Layout> layout_of(void* handle) { return library().layouts.get(handle); }

struct Range {
  uint64_t address;
  size_t bytes;
  const char* name;
  bool written;
};

std::vector<Range> ranges(const Product& p) {
  std::vector<Range> ranges = {{p.a.address, extent(p.a), "A", false}, {p.b.address, extent(p.b), "B", false}, {p.d.address, extent(p.d), "D", true}};
  if (p.beta != 0) ranges.push_back({p.c.address, extent(p.c), "C", false});
  const bool gradient = p.epilogue & (BGRAD | BGRADA | BGRADB);
  if ((p.epilogue & BIAS) || gradient) {
    ranges.push_back({p.bias, (size_t)((p.d.batch - 1) * p.bias_stride + bias_length(p)) * bytes_of(p.bias_type), "the bias", gradient});
  }
  if (p.epilogue & AUXILIARY) {
    const size_t elements = (size_t)((p.d.batch - 1) * p.auxiliary_stride + (p.d.columns - 1) * p.auxiliary_leading + p.d.rows);
    ranges.push_back({p.auxiliary, elements * bytes_of(p.auxiliary_type), "the auxiliary matrix", (p.epilogue & GELU) != 0});
  }
  return ranges;
}

bool overlap(const Range& x, const Range& y) { return x.address < y.address + y.bytes && y.address < x.address + x.bytes; }

void check(Context& context, const Product& product) {
  const std::vector<Range> all = ranges(product);
  for (const Range& range : all) context.memory.require_range(range.address, range.bytes, (std::string("a matrix product, ") + range.name).c_str());
  for (const Range& written : all) {
    for (const Range& other : all) {
      // C may be D.
      if (!written.written || &written == &other || (strcmp(written.name, "D") == 0 && strcmp(other.name, "C") == 0 && written.address == other.address)) continue;
      if (overlap(written, other)) fail(INVALID_VALUE, text("a matrix product: %s is written, and shares memory with %s", written.name, other.name));
    }
  }
}

}

}

using namespace fluxo;

extern "C" __attribute__((visibility("default"))) size_t cublasLtGetVersion() { return 130000; }

// The constant's name, and what is known of the last such failure of this thread.
extern "C" __attribute__((visibility("default"))) const char* cublasLtGetStatusString(int status) {
  static thread_local std::string kept;
  const std::string detail = remembered(status);
  kept = detail.empty() ? name_of_status(status) : std::string(name_of_status(status)) + ": " + detail;
  return kept.c_str();
}

FLUXO_API cublasLtCreate(void** handle) {
  return call([&](Context& context) {
    require(handle != nullptr, INVALID_VALUE, "a pointer for a result is null");
    require(context.retained > 0, NOT_INITIALIZED, "there is no context");
    *handle = library().handles.add(std::make_shared<int>(0));
  });
}

FLUXO_API cublasLtDestroy(void* handle) {
  return call([&](Context&) { library().handles.remove(handle); });
}

FLUXO_API cublasLtMatmulDescCreate(void** handle, int compute, int scale_type) {
  return call([&](Context&) {
    require(handle != nullptr, INVALID_VALUE, "a pointer for a result is null");
    Description description;
    description.compute = compute;
    description.scale_type = scale_type;
    *handle = library().descriptions.add(std::make_shared<Description>(description));
  });
}

FLUXO_API cublasLtMatmulDescDestroy(void* handle) {
  return call([&](Context&) { library().descriptions.remove(handle); });
}

FLUXO_API cublasLtMatmulDescSetAttribute(void* handle, int attribute, const void* value, size_t bytes) {
  return call([&](Context&) { set(*description_of(handle), attribute, value, bytes); });
}

FLUXO_API cublasLtMatrixLayoutCreate(void** handle, int type, uint64_t rows, uint64_t columns, int64_t leading) {
  return call([&](Context&) {
    require(handle != nullptr, INVALID_VALUE, "a pointer for a result is null");
    require(type == R_32F || type == R_64F || type == R_16BF, NOT_SUPPORTED, "the emulator knows float32, float64 and bfloat16");
    Layout layout;
    layout.type = type;
    layout.rows = (int64_t)rows;
    layout.columns = (int64_t)columns;
    layout.leading = leading;
    *handle = library().layouts.add(std::make_shared<Layout>(layout));
  });
}

FLUXO_API cublasLtMatrixLayoutDestroy(void* handle) {
  return call([&](Context&) { library().layouts.remove(handle); });
}

FLUXO_API cublasLtMatrixLayoutSetAttribute(void* handle, int attribute, const void* value, size_t bytes) {
  return call([&](Context&) { set(*layout_of(handle), attribute, value, bytes); });
}

FLUXO_API cublasLtMatmulPreferenceCreate(void** handle) {
  return call([&](Context&) {
    require(handle != nullptr, INVALID_VALUE, "a pointer for a result is null");
    *handle = library().preferences.add(std::make_shared<Preference>());
  });
}

FLUXO_API cublasLtMatmulPreferenceDestroy(void* handle) {
  return call([&](Context&) { library().preferences.remove(handle); });
}

FLUXO_API cublasLtMatmulPreferenceSetAttribute(void* handle, int attribute, const void* value, size_t bytes) {
  return call([&](Context&) { set(*library().preferences.get(handle), attribute, value, bytes); });
}

FLUXO_API cublasLtMatmulAlgoGetHeuristic(void* handle, void* description, void* a, void* b, void* c, void* d, void* preference_handle, int asked,
                                         HeuristicResult* results, int* found) {
  return call([&](Context&) {
    library().handles.get(handle);
    require(results && found && asked > 0, INVALID_VALUE, "no room for a result");
    *found = 0;
    const auto preference = library().preferences.get(preference_handle);
    product(*description_of(description), *layout_of(a), *layout_of(b), *layout_of(c), *layout_of(d));
    HeuristicResult& result = results[0];
    result = {};
    result.algorithm.magic = ALGORITHM;
    result.algorithm.workspace = result.workspace = std::min(preference->workspace, WORKSPACE_BYTES);
    // Addresses may be as little aligned as the preference says, but 16 bytes are always enough.
    for (int i = 0; i < 4; i++) result.algorithm.alignment[i] = std::min(preference->alignment[i], 16u);
    result.waves = 1;
    *found = 1;
  });
}

FLUXO_API cublasLtMatmul(void* handle, void* description_handle, const void* alpha, uint64_t a, void* a_layout, uint64_t b, void* b_layout, const void* beta,
                         uint64_t c, void* c_layout, uint64_t d, void* d_layout, const Algorithm* algorithm, uint64_t workspace, size_t workspace_bytes,
                         void* stream) {
  return call([&](Context& context) {
    if (context.broken) throw *context.broken;
    library().handles.get(handle);
    const Description description = *description_of(description_handle);
    Product p = product(description, *layout_of(a_layout), *layout_of(b_layout), *layout_of(c_layout), *layout_of(d_layout));
    require(alpha && beta, INVALID_VALUE, "alpha or beta is missing");
    p.alpha = description.scale_type == R_64F ? *(const double*)alpha : *(const float*)alpha;
    p.beta = description.scale_type == R_64F ? *(const double*)beta : *(const float*)beta;
    p.a.address = a;
    p.b.address = b;
    p.c.address = c;
    p.d.address = d;
    p.bias = description.bias;
    p.auxiliary = description.auxiliary;
    check(context, p);
    if (algorithm) {
      require(algorithm->magic == ALGORITHM, INVALID_VALUE, "the algorithm is none that cublasLtMatmulAlgoGetHeuristic has given");
      const uint64_t addresses[] = {a, b, c, d};
      for (int i = 0; i < 4; i++) {
        if (addresses[i] % algorithm->alignment[i] == 0 || (i == 2 && p.beta == 0)) continue;
        fail(NOT_SUPPORTED, text("a matrix product: %c's address is not a multiple of %u bytes, as the algorithm was chosen for", "ABCD"[i],
                                 algorithm->alignment[i]));
      }
      require(workspace_bytes >= algorithm->workspace, INVALID_VALUE, "the workspace is smaller than the algorithm needs");
    }
    const size_t used = algorithm ? algorithm->workspace : 0;
    if (used) {
      context.memory.require_range(workspace, used, "a matrix product, its workspace");
      for (const Range& range : ranges(p)) {
        if (overlap(range, {workspace, used, "", true})) fail(INVALID_VALUE, text("a matrix product: %s shares memory with the workspace", range.name));
      }
    }
    context.enqueue(context.stream(stream), [&context, p, workspace, used] {
      try {
        check(context, p);
      } catch (const Failure& failure) {
        fail(ILLEGAL_ADDRESS, failure.text);
      }
      context.trace.multiplied(&p, sizeof(p));
      for (const Range& range : ranges(p)) if (range.written) context.memory.find(range.address)->touched_by = "a matrix product";
      // A real product leaves its own numbers there.
      if (used) memset((void*)workspace, 0xff, used);
      multiply(p);
    });
  });
}
