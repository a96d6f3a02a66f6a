// A target without libFuzzer: its seeds, what it once broke on (tests/fuzz/found), and RUNS inputs made from these.
// What breaks it is left in <target>-broke of the working directory.
//
//     csv_records_fuzz RUNS [FILE…]     with FILEs, only these; EARSHOT_TEST_SCALE=0.1 makes RUNS so many
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/random.h"
#include "fuzz/target.h"

namespace earshot::fuzz {
namespace {

constexpr std::size_t kBytesMax = 4096;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

using namespace std::string_view_literals;

// Bytes that formats give a meaning to.
constexpr std::string_view kTelling = "\0\xff\xfe\xef\x80\"'\\,;:{}[]()<>&=%\n\r\t 0-9.eE+"sv;

std::string changed(std::string bytes, const std::vector<std::string>& seeds, Random& random) {
  for (std::uint64_t changes = 1 + random.below(6); changes > 0; --changes) {
    const std::size_t at = random.below(bytes.size() + 1);
    switch (random.below(6)) {
      case 0:
        if (at < bytes.size())
          bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1u << random.below(8)));
        break;
      case 1: bytes.insert(at, 1, kTelling[random.below(kTelling.size())]); break;
      case 2: bytes.erase(at, 1 + random.below(8)); break;
      case 3: {  // a piece of itself, again
        const std::string piece = bytes.substr(random.below(bytes.size() + 1), 1 + random.below(64));
        bytes.insert(at, piece);
        break;
      }
      case 4: {  // a piece of another
        const std::string& other = seeds[random.below(seeds.size())];
        bytes.insert(at, other.substr(random.below(other.size() + 1), 1 + random.below(64)));
        break;
      }
      default: bytes.resize(at);
    }
    if (bytes.size() > kBytesMax) bytes.resize(kBytesMax);
  }
  return bytes;
}

std::string tried;
std::string broke_path;

void leave_tried(int signal) {
  const int file = ::open(broke_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0) (void)!::write(file, tried.data(), tried.size());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void play(std::string bytes) {
  tried = std::move(bytes);
  take(tried);
}

int run(int argc, char** argv) {
  broke_path = std::filesystem::path(argv[0]).stem().string() + "-broke";
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, leave_tried);
  if (argc > 2) {
    for (int i = 2; i < argc; ++i) play(read(argv[i]));
    return 0;
  }
  std::vector<std::string> all = seeds();
  const auto found =
      std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/fuzz/found" / std::filesystem::path(argv[0]).stem();
  if (std::filesystem::exists(found)) {
    for (const auto& entry : std::filesystem::directory_iterator(found)) all.push_back(read(entry.path()));
  }
  for (const std::string& seed : all) play(seed);
  if (all.empty()) all.emplace_back();
  const char* given = std::getenv("EARSHOT_SEED");
  const std::uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  const char* scale = std::getenv("EARSHOT_TEST_SCALE");
  const double wanted = argc > 1 ? std::strtod(argv[1], nullptr) : 0;
  const long runs = std::lround(wanted * (scale == nullptr ? 1.0 : std::strtod(scale, nullptr)));
  std::printf("EARSHOT_SEED=%llu, %zu seeds, %ld runs\n", static_cast<unsigned long long>(seed), all.size(), runs);
  Random random(seed);
  for (long i = 0; i < runs; ++i) play(changed(all[random.below(all.size())], all, random));
  return 0;
}

}  // namespace
}  // namespace earshot::fuzz

int main(int argc, char** argv) { return earshot::fuzz::run(argc, argv); }
