// Words that have no place: unfinished business anywhere, a clock or chance where the log alone decides.
#include <gtest/gtest.h>

#include "tidy/project.h"

namespace earshot::tidy {
namespace {

// Written in halves, so that this file does not hold them.
const std::vector<std::string> kNowhere = {
    "TO"
    "DO",
    "FIX"
    "ME",
    "XX"
    "X",
    "HA"
    "CK",
    "/wo"
    "rk/",
    "/ho"
    "me/",
    "/ro"
    "ot/"};

// Samples of others hold what others write.
bool is_a_sample(const File& file) { return file.path.find("/samples/") != std::string::npos; }

TEST(Words, NothingIsLeftUnfinishedAndNothingNamesAMachine) {
  for (const File& file : project()) {
    if (is_a_sample(file)) continue;
    for (const Line& line : lines_of(file.text)) {
      for (const std::string& word : kNowhere)
        EXPECT_FALSE(has_word(line.text, word)) << place(file, line.number) << word;
    }
  }
}

struct Banned {
  std::vector<std::string> folders;
  std::vector<std::string> but;  // folders in them
  std::vector<std::string> words;
  std::string why;
};

const std::vector<Banned>& banned() {
  static const std::vector<std::string> kPure{"src/processors", "src/text", "src/event", "connectors"};
  static const std::vector<Banned> all = {
      {kPure,
       {"src/text/training"},
       {"system_clock", "steady_clock", "high_resolution_clock", "std::time", "gettimeofday", "clock_gettime"},
       "time is an event"},
      {kPure,
       {},
       {"random_device", "mt19937", "std::rand", "srand", "default_random_engine"},
       "a replay must find the same"},
      {kPure,
       {"src/text/training", "connectors/support/gunzip.h"},
       {"ifstream", "ofstream", "fopen", "std::filesystem", "getenv", "std::thread", "std::mutex", "std::atomic",
        "condition_variable"},
       "what is pure reaches no file, environment or other thread"},
      {{"src/processors", "src/text"},
       {"src/text/training"},
       {"std::log", "std::exp", "std::pow", "std::log1p", "std::expm1", "std::lgamma", "std::tgamma", "std::sin",
        "std::cos"},
       "the last bit of libm differs between machines: base/log_exp.h"},
      {{"src/processors"},
       {},
       {"std::unordered_map", "std::unordered_set"},
       "the order of a hash map must not reach an output"},
      {{"src/processors", "src/text", "src/event", "connectors", "src/api", "src/pipeline"},
       {},
       {"setlocale", "std::locale"},
       "the same bytes on every machine"},
      {{"src", "include", "connectors"},
       {},
       {"throw", "assert"},
       "we do not throw; EARSHOT_CHECK stands in release builds too"},
      {{"src", "include", "connectors", "tests", "bench"},
       {},
       {"using namespace std;"},
       "names say where they come from"},
  };
  return all;
}

bool is_in_any(const File& file, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (file.path == folder || file.is_in(folder)) return true;
  }
  return false;
}

TEST(Words, PureCodeHasNoClockNoChanceAndNoThread) {
  for (const File& file : project()) {
    if (!file.is_cpp()) continue;
    const std::string code = code_only(file.text);
    for (const Banned& rule : banned()) {
      if (!is_in_any(file, rule.folders) || is_in_any(file, rule.but) || file.ends_with("_test.cpp")) continue;
      for (const Line& line : lines_of(code)) {
        for (const std::string& word : rule.words) {
          EXPECT_FALSE(has_word(line.text, word)) << place(file, line.number) << word << ": " << rule.why;
        }
      }
    }
  }
}

TEST(Words, TheReaderOfCodeSkipsCommentsAndLiterals) {
  EXPECT_EQ(code_only("a // throw\nb /* throw\n*/ c"), "a         \nb         \n   c");
  EXPECT_EQ(code_only(R"x(f("throw \" throw", 't', 1'000);)x"), R"x(f("              ", ' ', 1'000);)x");
  EXPECT_EQ(code_only("x = R\"(throw \"throw\")\" + y"), "x =                    + y");
  EXPECT_TRUE(has_word("if (x) throw y;", "throw"));
  EXPECT_FALSE(has_word("rethrow throws throw_it", "throw"));
}

}  // namespace
}  // namespace earshot::tidy
