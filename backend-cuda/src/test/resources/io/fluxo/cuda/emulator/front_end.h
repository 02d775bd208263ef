// From a kernels' source in CUDA's C++ to one that g++ takes with device.h before it, and to a shared library.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace fluxo {

struct Source {
  std::string name, text;
  // What it may include, by name.
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Result {
  bool succeeded;
  // The compiler's messages.
  std::string log;
  std::string output;
};

// Runs the preprocessor with CUDA's macros and without the system's headers.
Result preprocessed(const Source& source, const std::vector<std::string>& options);

// Of a preprocessed source: shared variables become calls of the emulator, and a table of the kernels follows at the end. Lines stay where they are.
std::string translated(const std::string& preprocessed);

// Compiles a translated source to a shared library, whose bytes are the output. `flags` are g++'s, for instance sanitizers.
Result compiled(const std::string& translated, const std::vector<std::string>& flags);

}
