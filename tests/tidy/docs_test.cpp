// Docs that lie: links that lead nowhere, commands and options that are not there, commands and routes that are told
// nowhere.
#include <algorithm>
#include <cctype>
#include <set>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "tidy/project.h"

namespace earshot::tidy {
namespace {

std::vector<const File*> pages() {
  std::vector<const File*> pages;
  for (const File& file : project()) {
    if (file.ends_with(".md")) pages.push_back(&file);
  }
  return pages;
}

// `docs/a.md` and `../b.md` give `b.md`.
std::string path_from(const std::string& page, const std::string& link) {
  std::vector<std::string> parts = split(page, "/");
  parts.pop_back();
  for (const std::string& part : split(link, "/")) {
    if (part == "..") {
      if (parts.empty()) return "outside of the project: " + link;
      parts.pop_back();
    } else if (part != ".") {
      parts.push_back(part);
    }
  }
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "/") + part;
  return path;
}

// As Markdown makes anchors of headings.
std::set<std::string> anchors_of(const File& page) {
  std::set<std::string> anchors;
  for (const Line& line : lines_of(page.text)) {
    if (!line.text.starts_with('#')) continue;
    std::string anchor;
    for (const char c : trimmed(line.text.substr(line.text.find_first_not_of('#')))) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_') {
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      } else if (c == ' ') {
        anchor += '-';
      }
    }
    anchors.insert(anchor);
  }
  return anchors;
}

TEST(Docs, LinksLeadSomewhere) {
  for (const File* page : pages()) {
    for (const Line& line : lines_of(page->text)) {
      for (std::size_t at = line.text.find("]("); at != std::string_view::npos; at = line.text.find("](", at + 1)) {
        const std::string link(line.text.substr(at + 2, line.text.find(')', at) - at - 2));
        if (link.starts_with("https://")) continue;
        const std::size_t hash = link.find('#');
        const std::string path = hash == 0 ? page->path : path_from(page->path, link.substr(0, hash));
        EXPECT_TRUE(is_there(path)) << place(*page, line.number) << "leads nowhere: " << link;
        if (hash == std::string::npos || find_file(path) == nullptr) continue;
        EXPECT_TRUE(anchors_of(*find_file(path)).contains(link.substr(hash + 1)))
            << place(*page, line.number) << "no such heading: " << link;
      }
    }
  }
}

// ---- commands -----------------------------------------------------------------------------------------------------

struct Told {
  std::string where;
  std::vector<std::string> words;
};

// Commands of `earshot` or `make` in what a shell would take: pipes, variables before a command, remarks behind it.
void add_commands_of(const std::string& where, std::string_view shell, std::vector<Told>& all) {
  for (const std::string& piece : split(shell.substr(0, shell.find(" #")), "|;")) {
    std::vector<std::string> words = split(piece, " ");
    while (!words.empty() && words[0].find('=') != std::string::npos) words.erase(words.begin());
    if (words.empty()) continue;
    const std::string program = words[0].substr(words[0].rfind('/') + 1);
    if (program != "earshot" && program != "make") continue;
    words[0] = program;
    all.push_back({where, std::move(words)});
  }
}

std::vector<Told> commands_of_pages() {
  std::vector<Told> all;
  for (const File* page : pages()) {
    bool is_fenced = false;
    std::string line_before;
    for (const Line& line : lines_of(page->text)) {
      if (line.text.starts_with("```")) is_fenced = !is_fenced;
      if (is_fenced || line.text.starts_with("    ")) {
        std::string text = line_before + std::string(line.text);
        line_before.clear();
        if (text.ends_with('\\')) {
          line_before = text.substr(0, text.size() - 1);
        } else {
          add_commands_of(place(*page, line.number), text, all);
        }
        continue;
      }
      std::size_t from = line.text.find('`');
      while (from != std::string_view::npos) {
        const std::size_t end = std::min(line.text.find('`', from + 1), line.text.size());
        const std::string_view span = line.text.substr(from + 1, end - from - 1);
        if (span.starts_with("earshot ") || span.starts_with("make "))
          add_commands_of(place(*page, line.number), span, all);
        from = line.text.find('`', end + 1);
      }
    }
  }
  return all;
}

class Commands : public ::testing::Test {
 protected:
  Commands() { cli::add_commands(app_, exit_code_); }

  // Every command without commands below it, with its full name.
  std::vector<std::pair<std::string, const CLI::App*>> leaves() {
    std::vector<std::pair<std::string, const CLI::App*>> found;
    add_leaves("earshot", app_, found);
    return found;
  }

  void expect_there(const Told& told) {
    const CLI::App* command = &app_;
    bool is_named = false;
    for (std::size_t i = 1; i < told.words.size(); ++i) {
      const std::string& word = told.words[i];
      if (word.starts_with("--")) {
        const auto* option = command->get_option_no_throw(word.substr(0, word.find('=')));
        EXPECT_NE(option, nullptr) << told.where << command->get_name() << " has no " << word;
        continue;
      }
      const auto below = command->get_subcommands([](const CLI::App*) { return true; });
      if (below.empty()) continue;
      const auto named =
          std::find_if(below.begin(), below.end(), [&](const CLI::App* one) { return one->get_name() == word; });
      ASSERT_NE(named, below.end()) << told.where << "there is no command " << word;
      command = *named;
      is_named = true;
    }
    EXPECT_TRUE(is_named) << told.where << "names no command";
  }

  CLI::App app_{"", "earshot"};

 private:
  static void add_leaves(const std::string& name, CLI::App& app,
                         std::vector<std::pair<std::string, const CLI::App*>>& found) {
    const auto below = app.get_subcommands([](CLI::App*) { return true; });
    if (below.empty()) found.emplace_back(name, &app);
    for (CLI::App* one : below) add_leaves(name + " " + one->get_name(), *one, found);
  }

  int exit_code_ = 0;
};

TEST_F(Commands, OfThePagesAreThere) {
  const File* makefile = find_file("Makefile");
  ASSERT_NE(makefile, nullptr);
  int checked = 0;
  for (const Told& told : commands_of_pages()) {
    ++checked;
    if (told.words[0] == "earshot") {
      expect_there(told);
    } else if (told.words.size() > 1) {
      EXPECT_NE(makefile->text.find("\n" + told.words[1] + ":"), std::string::npos)
          << told.where << "make has no " << told.words[1];
    }
  }
  EXPECT_GT(checked, 40) << "the pages have not lost their commands";
}

TEST_F(Commands, EachHasItsRowOnTheirPageWithEveryOption) {
  const File* page = find_file("docs/commands.md");
  ASSERT_NE(page, nullptr);
  std::string prose;  // outside of the table: what many commands share
  for (const Line& line : lines_of(page->text)) {
    if (!line.text.starts_with("|")) prose += std::string(line.text) + "\n";
  }
  const auto rows = rows_of_tables(*page);
  for (const auto& [name, command] : leaves()) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&, name = name](const auto& cells) {
      return cells[0] == name || cells[0].starts_with(name + " ");
    });
    ASSERT_NE(row, rows.end()) << name << " is not on docs/commands.md";
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& flag : option->get_lnames()) {
        EXPECT_TRUE(has_word((*row)[0], "--" + flag) || has_word(prose, "--" + flag)) << name << " --" << flag;
      }
    }
  }
  EXPECT_EQ(rows.size(), leaves().size()) << "a row for each command";
}

TEST_F(Commands, EachExplainsItselfWithAnExampleThatIsRight) {
  for (const auto& [name, command] : leaves()) {
    SCOPED_TRACE(name);
    EXPECT_NE(command->get_description(), "");
    const std::string footer = command->get_footer();
    EXPECT_TRUE(footer.starts_with("Example:")) << footer;
    EXPECT_NE(footer.find(name), std::string::npos) << footer;
    std::vector<Told> examples;
    for (const Line& line : lines_of(footer)) {
      std::string_view text = line.text;
      if (text.starts_with("Example:")) text.remove_prefix(8);
      add_commands_of("example: ", text, examples);
    }
    EXPECT_FALSE(examples.empty());
    for (const Told& example : examples) expect_there(example);
    for (const CLI::Option* option : command->get_options())
      EXPECT_NE(option->get_description(), "") << option->get_name();
  }
}

// ---- HTTP ---------------------------------------------------------------------------------------------------------

TEST(HttpApiPage, ListsTheRoutesOfTheDescription) {
  std::set<std::string> described;
  const auto document = nlohmann::json::parse(find_file("schemas/openapi.json")->text);
  for (const auto& [path, operations] : document.at("paths").items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string route = method + " " + path;
      for (std::size_t i = 0; i < method.size(); ++i)
        route[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(route[i])));
      described.insert(route);
    }
  }
  std::set<std::string> told;
  for (const auto& row : rows_of_tables(*find_file("docs/http-api.md"))) told.insert(row[0]);
  EXPECT_EQ(told, described);
}

}  // namespace
}  // namespace earshot::tidy
