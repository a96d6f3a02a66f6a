// docs/kpis.md names a test for each rule: all of them exist.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace earshot {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> found(const std::string& text, const std::regex& pattern) {
  std::set<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    names.insert((*match)[1].str() + "." + (*match)[2].str());
  return names;
}

TEST(RulesPage, NamesTestsThatExist) {
  const std::filesystem::path source(EARSHOT_SOURCE_DIR);
  std::set<std::string> tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    tests.merge(found(text_of(entry.path()), std::regex(R"(\nTEST(?:_[FP])?\((\w+), (\w+)\))")));
  }
  const std::string page = text_of(source / "docs/kpis.md");
  const auto rules = found(page.substr(page.find("## Rules and their tests")), std::regex(R"(`([A-Z]\w+)\.(\w+)`)"));
  EXPECT_GT(rules.size(), 50u);
  for (const std::string& rule : rules)
    EXPECT_TRUE(tests.contains(rule)) << rule << " is named in docs/kpis.md, and there is no such test";
}

}  // namespace
}  // namespace earshot
