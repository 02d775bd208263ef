#include "front_end.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace fluxo {

namespace {

namespace fs = std::filesystem;

// A folder that goes with its object.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "fluxo-nvrtc-XXXXXX").string();
    path_ = mkdtemp(pattern.data()) ? pattern : "";
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }
  std::string string() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// Runs a command; what it says goes to `log`.
bool run(const std::vector<std::string>& command, const fs::path& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back((char*)argument.c_str());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t process;
  const int failed = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed) {
    write(log, command[0] + " cannot be started: " + strerror(failed) + "\n");
    return false;
  }
  int status;
  while (waitpid(process, &status, 0) < 0) if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The folder of this library, where device.h is.
std::string own_folder() {
  Dl_info info;
  dladdr((void*)&own_folder, &info);
  return fs::canonical(info.dli_fname).parent_path().string();
}

// ---- reading C++

bool starts_word(char c) { return isalpha((unsigned char)c) || c == '_'; }
bool continues_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

// Walks over the tokens of a preprocessed source: words, numbers, literals and single signs.
class Tokens {
 public:
  explicit Tokens(const std::string& text, size_t from = 0) : text_(text), end_(from) { next(); }

  bool done() const { return begin_ >= text_.size(); }
  std::string word() const { return text_.substr(begin_, end_ - begin_); }
  bool is(const char* word) const { return text_.compare(begin_, end_ - begin_, word) == 0; }
  bool is_word() const { return !done() && starts_word(text_[begin_]); }
  size_t begin() const { return begin_; }
  size_t end() const { return end_; }

  void next() {
    begin_ = end_;
    for (;;) {
      while (begin_ < text_.size() && isspace((unsigned char)text_[begin_])) begin_++;
      // Lines like `# 12 "file"`.
      if (begin_ >= text_.size() || text_[begin_] != '#') break;
      begin_ = text_.find('\n', begin_);
      if (begin_ == std::string::npos) begin_ = text_.size();
    }
    end_ = begin_;
    if (done()) return;
    const char c = text_[end_++];
    if (starts_word(c) || isdigit((unsigned char)c)) {
      while (end_ < text_.size() && (continues_word(text_[end_]) || (isdigit((unsigned char)c) && text_[end_] == '.'))) end_++;
    } else if (c == '"' || c == '\'') {
      while (end_ < text_.size() && text_[end_] != c) end_ += text_[end_] == '\\' ? 2 : 1;
      end_++;
    }
  }
  // From an opening bracket to behind the one that closes it; returns what stands between.
  std::string bracketed() {
    const size_t from = end_;
    size_t to = from;
    int depth = 0;
    for (; !done(); next()) {
      if (is("(") || is("[") || is("{")) depth++;
      if (is(")") || is("]") || is("}")) depth--;
      to = begin_;
      if (depth == 0) break;
    }
    next();
    return text_.substr(from, to - from);
  }

 private:
  const std::string& text_;
  size_t begin_ = 0, end_;
};

// The declaration behind `__shared__`, up to its semicolon, in terms of device.h's macros; nothing if it is none that is understood.
std::string shared_declaration(Tokens& tokens, bool dynamic) {
  std::string type, alignment = "1", result;
  int angles = 0;
  size_t last = tokens.end();
  tokens.next();
  while (!tokens.done()) {
    if (tokens.is("__align__") || tokens.is("alignas")) {
      tokens.next();
      alignment = tokens.bracketed();
      continue;
    }
    if (tokens.is("{") || tokens.is(";")) return "";
    // The name is the last word before a size, a comma or the end.
    if (tokens.is_word() && angles == 0 && !type.empty()) {
      Tokens after = tokens;
      after.next();
      if (after.is("[") || after.is(",") || after.is(";")) break;
    }
    if (tokens.is("<")) angles++;
    if (tokens.is(">")) angles--;
    type += (tokens.begin() > last ? " " : "") + tokens.word();
    last = tokens.end();
    tokens.next();
  }
  for (;;) {
    const std::string name = tokens.word();
    if (!tokens.is_word()) return "";
    std::string sizes;
    tokens.next();
    while (tokens.is("[")) sizes += "[" + tokens.bracketed() + "]";
    if (dynamic) result += "FLUXO_DYNAMIC_SHARED(" + name + ", " + type + ")";
    else result += "FLUXO_SHARED(" + alignment + ", " + name + ", " + sizes + ", " + type + ")";
    if (tokens.is(";")) return result;
    if (!tokens.is(",")) return "";
    tokens.next();
  }
}

// The kernel behind `__global__`, as a line of the table.
std::string kernel_entry(Tokens tokens) {
  std::string bounds;
  tokens.next();
  while (!tokens.done() && !tokens.is("{") && !tokens.is(";")) {
    if (tokens.is("__launch_bounds__")) {
      tokens.next();
      bounds = tokens.bracketed();
      continue;
    }
    const std::string word = tokens.word();
    const bool is_word = tokens.is_word();
    tokens.next();
    if (is_word && tokens.is("(")) return "FLUXO_KERNEL(" + word + ", (" + bounds + ")) ";
  }
  return "";
}

}

Result preprocessed(const Source& source, const std::vector<std::string>& options) {
  Folder folder;
  for (const auto& [name, text] : source.headers) {
    fs::create_directories((folder / name).parent_path());
    write(folder / name, text);
  }
  write(folder / "source.cpp", "#line 1 \"" + source.name + "\"\n" + source.text);
  std::vector<std::string> command = {"g++", "-E", "-nostdinc", "-I" + folder.string(), "-D__CUDACC__", "-D__CUDACC_RTC__", "-DFLUXO_EMULATED"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-o", (folder / "output").string(), (folder / "source.cpp").string()});
  const bool succeeded = run(command, folder / "log");
  return {succeeded, contents(folder / "log"), contents(folder / "output")};
}

std::string translated(const std::string& text) {
  std::string result, kernels;
  // For each open brace, whether it is that of extern "C".
  std::vector<bool> braces;
  size_t copied = 0;
  bool external = false;
  const auto replace = [&](size_t from, const Tokens& to, const std::string& by) {
    result += text.substr(copied, from - copied) + by;
    // Lines are kept.
    for (size_t i = from; i < to.begin(); i++) if (text[i] == '\n') result += '\n';
    copied = to.begin();
  };
  for (Tokens tokens(text); !tokens.done();) {
    if (tokens.is("extern")) {
      const size_t from = tokens.begin();
      tokens.next();
      if (tokens.is("\"C\"")) {
        tokens.next();
        if (tokens.is("{")) {
          braces.push_back(true);
          tokens.next();
        } else {
          external = true;
        }
      } else if (tokens.is("__shared__")) {
        const std::string declaration = shared_declaration(tokens, true);
        if (!declaration.empty()) replace(from, tokens, declaration);
      }
      continue;
    }
    if (tokens.is("__shared__")) {
      const size_t from = tokens.begin();
      const std::string declaration = shared_declaration(tokens, false);
      if (!declaration.empty()) replace(from, tokens, declaration);
      continue;
    }
    if (tokens.is("__global__") && (external || (!braces.empty() && braces.back()))) kernels += kernel_entry(tokens);
    if (tokens.is("{")) braces.push_back(false);
    if (tokens.is("}") && !braces.empty()) braces.pop_back();
    if (tokens.is("{") || tokens.is(";")) external = false;
    tokens.next();
  }
  return result + text.substr(copied) + "\nFLUXO_MODULE(\"" FLUXO_FINGERPRINT "\", " + kernels + ")\n";
}

Result compiled(const std::string& translated, const std::vector<std::string>& flags) {
  Folder folder;
  write(folder / "source.cpp", translated);
  std::vector<std::string> command = {"g++", "-std=c++17", "-shared", "-fPIC", "-w", "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti", "-fno-strict-aliasing",
                                      "-ffp-contract=off", "-include", own_folder() + "/device.h"};
  command.insert(command.end(), flags.begin(), flags.end());
  command.insert(command.end(), {"-o", (folder / "output").string(), (folder / "source.cpp").string()});
  const bool succeeded = run(command, folder / "log");
  return {succeeded, contents(folder / "log"), succeeded ? contents(folder / "output") : ""};
}

}
