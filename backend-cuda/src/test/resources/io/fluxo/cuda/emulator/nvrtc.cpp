// NVRTC's functions.
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "front_end.h"
#include "image.h"

#define NVRTC_API extern "C" __attribute__((visibility("default"))) int

namespace fluxo {

namespace {

enum Nvrtc { NVRTC_OK = 0, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6 };

const int ARCHITECTURES[] = {75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121};

// Options that mean nothing on the host.
const char* const WITH_VALUE[] = {"fmad", "ftz", "prec-div", "prec-sqrt", "maxrregcount", "split-compile", "diag-suppress", "diag-error", "diag-warn",
                                  "optimization-info", "Ofast-compile"};
const char* const WITHOUT_VALUE[] = {"use_fast_math", "extra-device-vectorization", "restrict", "generate-line-info", "lineinfo", "device-debug", "G",
                                     "device-as-default-execution-space", "default-device", "disable-warnings", "w", "dopt", "relocatable-device-code",
                                     "builtin-move-forward", "builtin-initializer-list", "no-source-include"};

struct Program {
  Source source;
  std::string image, ptx, log;
};

std::mutex lock;
std::map<void*, std::shared_ptr<Program>> programs;
uint64_t next_handle = 0x4e00000010;

bool starts_with(const std::string& text, const char* beginning) { return text.compare(0, strlen(beginning), beginning) == 0; }

bool is_architecture(const std::string& name) {
  for (const char* kind : {"sm_", "compute_"}) {
    for (int number : ARCHITECTURES) {
      const std::string plain = kind + std::to_string(number);
      if (name == plain || name == plain + "a" || name == plain + "f") return true;
    }
  }
  return false;
}

// NVRTC's options, of which some concern the preprocessor. Options may be written with one hyphen or two, their values behind `=` or as the next one.
class Options {
 public:
  Options(int count, const char* const* options) {
    for (int i = 0; i < count; i++) given_.push_back(options[i]);
    for (size_t i = 0; i < given_.size() && error.empty(); i++) read(i);
  }
  std::vector<std::string> for_preprocessor = {"-std=c++17"};
  std::string error;

 private:
  void read(size_t& i) {
    const std::string& option = given_[i];
    for (const char* flag : {"-D", "-U", "-I"}) {
      if (!starts_with(option, flag)) continue;
      for_preprocessor.push_back(flag + (option.size() > 2 ? option.substr(2) : following(i)));
      return;
    }
    const std::string name = option.substr(0, option.find('=')), plain = starts_with(name, "--") ? name.substr(2) : starts_with(name, "-") ? name.substr(1) : "";
    const auto value = [&] { return name.size() < option.size() ? option.substr(name.size() + 1) : following(i); };
    if (plain == "define-macro") for_preprocessor.push_back("-D" + value());
    else if (plain == "undefine-macro") for_preprocessor.push_back("-U" + value());
    else if (plain == "include-path") for_preprocessor.push_back("-I" + value());
    else if (plain == "gpu-architecture" || plain == "arch") architecture(value());
    else if (plain == "std") standard(value());
    else if (one_of(plain, WITH_VALUE)) value();
    else if (!one_of(plain, WITHOUT_VALUE)) {
      error = "nvrtc: error: unrecognized option '" + option + "'\n";
    }
  }
  void architecture(const std::string& name) {
    if (!is_architecture(name)) error = "nvrtc: error: invalid value for --gpu-architecture: '" + name + "'\n";
    else for_preprocessor.push_back("-D__CUDA_ARCH__=" + std::to_string(10 * atoi(name.c_str() + name.find('_') + 1)));
  }
  void standard(const std::string& name) {
    if (name == "c++17" || name == "c++20") for_preprocessor.front() = "-std=" + name;
    else if (name != "c++03" && name != "c++11" && name != "c++14") error = "nvrtc: error: invalid value for --std: '" + name + "'\n";
  }
  std::string following(size_t& i) { return i + 1 < given_.size() ? given_[++i] : ""; }
  template <class Names> static bool one_of(const std::string& name, const Names& names) {
    for (const char* other : names) if (name == other) return true;
    return false;
  }

  std::vector<std::string> given_;
};

int compile(Program& program, int count, const char* const* texts) {
  const Options options(count, texts);
  program.log = options.error;
  if (!options.error.empty()) return INVALID_OPTION;
  const Result plain = preprocessed(program.source, options.for_preprocessor);
  program.log = plain.log;
  if (!plain.succeeded) return COMPILATION;
  const std::string source = translated(plain.output);
  const Result library = compiled(source, {"-O1", "-fsanitize=alignment"});
  program.log += library.log;
  if (!library.succeeded) return COMPILATION;
  ImageHeader header = {};
  memcpy(header.magic, IMAGE_MAGIC, sizeof(IMAGE_MAGIC));
  header.source_bytes = source.size();
  header.library_bytes = library.output.size();
  program.image.assign((const char*)&header, sizeof(header));
  program.image += source + library.output;
  program.ptx = "// Emulated: there is no PTX.\n";
  return NVRTC_OK;
}

// Calls with the program of a handle.
template <class F> int with(void* handle, F&& call) {
  std::shared_ptr<Program> program;
  {
    std::lock_guard<std::mutex> hold(lock);
    const auto found = programs.find(handle);
    if (found == programs.end()) return INVALID_PROGRAM;
    program = found->second;
  }
  return call(*program);
}

int size_of(const std::string& text, size_t* bytes) {
  if (!bytes) return INVALID_INPUT;
  *bytes = text.size();
  return NVRTC_OK;
}

int copy_of(const std::string& text, char* place) {
  if (!place) return INVALID_INPUT;
  memcpy(place, text.data(), text.size());
  return NVRTC_OK;
}

// Texts of C end with a zero, which counts.
std::string with_zero(const std::string& text) { return std::string(text.c_str(), text.size() + 1); }

}

}

using namespace fluxo;

NVRTC_API nvrtcVersion(int* major, int* minor) {
  if (!major || !minor) return INVALID_INPUT;
  *major = 13;
  *minor = 0;
  return NVRTC_OK;
}

extern "C" __attribute__((visibility("default"))) const char* nvrtcGetErrorString(int status) {
  switch (status) {
    case NVRTC_OK: return "NVRTC_SUCCESS";
    case INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
    case INVALID_PROGRAM: return "NVRTC_ERROR_INVALID_PROGRAM";
    case INVALID_OPTION: return "NVRTC_ERROR_INVALID_OPTION";
    case COMPILATION: return "NVRTC_ERROR_COMPILATION";
    default: return "NVRTC_ERROR unknown";
  }
}

NVRTC_API nvrtcGetNumSupportedArchs(int* count) {
  if (!count) return INVALID_INPUT;
  *count = sizeof(ARCHITECTURES) / sizeof(int);
  return NVRTC_OK;
}

NVRTC_API nvrtcGetSupportedArchs(int* numbers) {
  if (!numbers) return INVALID_INPUT;
  memcpy(numbers, ARCHITECTURES, sizeof(ARCHITECTURES));
  return NVRTC_OK;
}

NVRTC_API nvrtcCreateProgram(void** handle, const char* source, const char* name, int headers, const char* const* texts, const char* const* names) {
  if (!handle || !source || headers < 0) return INVALID_INPUT;
  auto program = std::make_shared<Program>();
  program->source = {name && *name ? name : "default_program", source, {}};
  for (int i = 0; i < headers; i++) program->source.headers.push_back({names[i], texts[i]});
  std::lock_guard<std::mutex> hold(lock);
  *handle = (void*)next_handle;
  next_handle += 16;
  programs[*handle] = program;
  return NVRTC_OK;
}

NVRTC_API nvrtcDestroyProgram(void** handle) {
  std::lock_guard<std::mutex> hold(lock);
  if (!handle || programs.erase(*handle) == 0) return INVALID_PROGRAM;
  *handle = nullptr;
  return NVRTC_OK;
}

NVRTC_API nvrtcCompileProgram(void* handle, int count, const char* const* options) {
  return with(handle, [&](Program& program) { return compile(program, count, options); });
}

NVRTC_API nvrtcGetCUBINSize(void* handle, size_t* bytes) {
  return with(handle, [&](Program& program) { return size_of(program.image, bytes); });
}

NVRTC_API nvrtcGetCUBIN(void* handle, char* place) {
  return with(handle, [&](Program& program) { return copy_of(program.image, place); });
}

NVRTC_API nvrtcGetPTXSize(void* handle, size_t* bytes) {
  return with(handle, [&](Program& program) { return size_of(with_zero(program.ptx), bytes); });
}

NVRTC_API nvrtcGetPTX(void* handle, char* place) {
  return with(handle, [&](Program& program) { return copy_of(with_zero(program.ptx), place); });
}

NVRTC_API nvrtcGetProgramLogSize(void* handle, size_t* bytes) {
  return with(handle, [&](Program& program) { return size_of(with_zero(program.log), bytes); });
}

NVRTC_API nvrtcGetProgramLog(void* handle, char* place) {
  return with(handle, [&](Program& program) { return copy_of(with_zero(program.log), place); });
}
