// Does again what a trace tells, under the sanitizer that this program is built with: `replay FOLDER`. Every allocation is one of the host's, of exactly its size.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "block.h"
#include "failure.h"
#include "front_end.h"
#include "product.h"

namespace fluxo {

namespace {

const unsigned SHARED_BYTES = 48 << 10;

[[noreturn]] void stop(const std::string& what) {
  std::cerr << "replay: " << what << "\n";
  exit(2);
}

std::string file_contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) stop(path + " cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Replay {
 public:
  explicit Replay(const std::string& folder) : folder_(folder), contents_(file_contents(folder + "/contents.bin")) {}

  void run() {
    std::ifstream lines(folder_ + "/trace.txt");
    if (!lines) stop(folder_ + "/trace.txt cannot be read");
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string verb;
      words >> verb;
      if (verb == "allocate") allocate(words);
      else if (verb == "free") release(words);
      else if (verb == "write") write(words);
      else if (verb == "copy") copy(words);
      else if (verb == "fill") fill(words);
      else if (verb == "module") load(words);
      else if (verb == "launch") launch(words);
      else if (verb == "multiply") multiply_again(words);
      else stop("the trace has a line that is not understood: " + line);
    }
  }

 private:
  struct Block {
    size_t bytes;
    char* place;
  };

  void allocate(std::istream& words) {
    uint64_t address;
    size_t bytes;
    words >> std::hex >> address >> std::dec >> bytes;
    void* place;
    if (posix_memalign(&place, 256, bytes) != 0) stop("no memory");
    memset(place, 0xcd, bytes);
    blocks_[address] = {bytes, (char*)place};
  }
  void release(std::istream& words) {
    uint64_t address;
    words >> std::hex >> address;
    free(blocks_.at(address).place);
    blocks_.erase(address);
  }
  void write(std::istream& words) {
    uint64_t address, offset;
    size_t bytes;
    words >> std::hex >> address >> std::dec >> bytes >> offset;
    std::string values = contents_.substr(offset, bytes);
    translate(values.data(), bytes);
    memcpy((void*)here(address), values.data(), bytes);
  }
  void copy(std::istream& words) {
    uint64_t to, from;
    size_t bytes;
    words >> std::hex >> to >> from >> std::dec >> bytes;
    memmove((void*)here(to), (void*)here(from), bytes);
  }
  void fill(std::istream& words) {
    uint64_t address;
    unsigned value;
    size_t value_bytes, count;
    words >> std::hex >> address >> std::dec >> value >> value_bytes >> count;
    char* place = (char*)here(address);
    for (size_t i = 0; i < count; i++) memcpy(place + i * value_bytes, &value, value_bytes);
  }
  void load(std::istream& words) {
    unsigned number;
    words >> number;
    const std::string name = "/module" + std::to_string(number);
    const Result library = compiled(file_contents(folder_ + name + ".cpp"), {"-O1", "-g", "-fno-omit-frame-pointer", "-DFLUXO_OS_THREADS", FLUXO_SANITIZER});
    if (!library.succeeded) stop(library.log);
    // It stays: a report looks its lines up there.
    const std::string path = folder_ + name + "-" + std::to_string(getpid()) + ".so";
    std::ofstream(path, std::ios::binary) << library.output;
    void* opened = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!opened) stop(dlerror());
    modules_[number] = (const Module*)dlsym(opened, "fluxo_module");
  }
  void launch(std::istream& words) {
    unsigned number;
    Launch launch = {};
    words >> number >> launch.name >> launch.grid.x >> launch.grid.y >> launch.grid.z >> launch.block.x >> launch.block.y >> launch.block.z >> launch.shared_bytes;
    launch.most_shared_bytes = launch.shared_bytes + SHARED_BYTES;
    launch.module = modules_.at(number);
    for (unsigned i = 0; i < launch.module->count; i++) if (launch.name == launch.module->kernels[i].name) launch.kernel = &launch.module->kernels[i];
    std::vector<std::vector<uint64_t>> arguments;
    std::vector<void*> pointers;
    for (unsigned i = 0; i < launch.kernel->count; i++) {
      uint64_t offset;
      words >> offset;
      const size_t bytes = launch.kernel->parameters[i].bytes;
      arguments.emplace_back((bytes + 7) / 8);
      memcpy(arguments.back().data(), contents_.data() + offset, bytes);
      translate((char*)arguments.back().data(), bytes);
      pointers.push_back(arguments.back().data());
    }
    run_blocks(launch, pointers.data(), 0);
  }
  void multiply_again(std::istream& words) {
    uint64_t offset;
    words >> offset;
    Product product;
    memcpy(&product, contents_.data() + offset, sizeof(product));
    for (Matrix* matrix : {&product.a, &product.b, &product.c, &product.d}) matrix->address = here(matrix->address);
    product.bias = here(product.bias);
    product.auxiliary = here(product.auxiliary);
    multiply(product);
  }

  // The place of what the trace knows by an address; other numbers stay.
  uint64_t here(uint64_t address) const {
    auto next = blocks_.upper_bound(address);
    if (next == blocks_.begin()) return address;
    const auto& [begin, block] = *--next;
    return address <= begin + block.bytes ? (uint64_t)block.place + (address - begin) : address;
  }
  // Addresses may stand anywhere in structures and tables: what looks like one of this device is one.
  void translate(char* values, size_t bytes) const {
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
      uint64_t word;
      memcpy(&word, values + i, 8);
      word = here(word);
      memcpy(values + i, &word, 8);
    }
  }

  std::string folder_, contents_;
  std::map<uint64_t, Block> blocks_;
  std::map<unsigned, const Module*> modules_;
};

}

}

// What the trace has not freed is no leak.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() { return "detect_leaks=0"; }
extern "C" __attribute__((visibility("default"))) const char* __ubsan_default_options() { return "print_stacktrace=1"; }

int main(int count, char** arguments) {
  if (count != 2) fluxo::stop("give the trace's folder");
  fluxo::Replay(arguments[1]).run();
  std::cout << "replayed\n";
  return 0;
}
